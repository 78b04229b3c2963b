"""The cache on a deployed server: hits, never older than a write, not needed when Redis is down."""

import time

import httpx
import msgspec
import pytest

from app.agency.cache_policies import PROJECT, PROJECT_TASKS, USER_DASHBOARD
from app.agency.shapes.dashboard_user import UserDashboard
from app.agency.shapes.projects import Project
from app.agency.shapes.tasks import Task
from app.cache.policy import Policy
from app.reading.cursors import signer
from app.reading.shapes import Page
from tests.app.support.on_server import bearer, remote
from tests.app.support.server import Server
from tests.app.support.warmth import stays_warm, until
from tests.servers import SandboxServer, checked

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("relayed")]

ASSIGNED = """
SELECT t.id AS task, t.project_id AS project, t.assignee_id AS person
FROM tasks AS t
WHERE t.assignee_id IS NOT NULL
  AND t.completed_at IS NULL
  AND t.deleted_at IS NULL
  AND t.due_on < current_date - 2
ORDER BY t.id
LIMIT 1
"""


@pytest.fixture
def task(server: Server) -> dict[str, int]:
    """An overdue task of somebody, open before and after."""
    (found,) = server.rows(ASSIGNED)
    assert server.patch(found["task"], found["person"], "in_progress").status_code == 200
    place: dict[str, int] = found
    return place


def key(policy: Policy, **names: object) -> str:
    return "bantam:" + policy.entry(**names).key


def page_key(server: Server, project: int, *, limit: int) -> str:
    """Of the first page of a project's tasks; its cursors are signed."""
    keys = tuple(server.run("cat /etc/bantam/credentials/cursor-key").encode().split())
    return key(PROJECT_TASKS, project=project, position=f"{signer(keys)}:start", limit=limit)


def paths(task: dict[str, int]) -> list[str]:
    project = task["project"]
    return [f"/api/projects/{project}", f"/api/projects/{project}/tasks?limit=500", "/api/dashboards/user"]


def cache_states(server: Server, task: dict[str, int]) -> list[str]:
    return [server.get(path, task["person"]).headers["x-cache"] for path in paths(task)]


def test_a_recently_served_entry_is_refilled_after_a_change(server: Server, task: dict[str, int]) -> None:
    # Each worker refills what it has served itself.
    for _ in range(8):
        cache_states(server, task)
    done, _, _ = seen(server, task)
    assert server.patch(task["task"], task["person"], "done").status_code == 200
    time.sleep(1)
    assert cache_states(server, task) == ["hit"] * 3
    assert seen(server, task)[0] == done + 1


def seen(server: Server, task: dict[str, int]) -> tuple[int, str, int]:
    """What the three reads show: tasks done in the project, the task's status, the person's overdue tasks."""
    project, page, dashboard = (server.get(path, task["person"]).content for path in paths(task))
    items = msgspec.json.decode(page, type=Page[Task]).items
    return (
        msgspec.json.decode(project, type=Project).tasks.done,
        next(item.status for item in items if item.id == task["task"]),
        msgspec.json.decode(dashboard, type=UserDashboard).overdue_count,
    )


def test_a_read_that_starts_after_a_changes_response_shows_it(server: Server, task: dict[str, int]) -> None:
    done, _, overdue = seen(server, task)
    for _ in range(5):
        assert server.patch(task["task"], task["person"], "done").status_code == 200
        assert seen(server, task) == (done + 1, "done", overdue - 1)
        assert server.patch(task["task"], task["person"], "review").status_code == 200
        assert seen(server, task) == (done, "review", overdue)


def test_a_hit_has_the_same_bytes_as_the_miss(server: Server, task: dict[str, int]) -> None:
    time.sleep(1)  # the refill after the change is stored, and is deleted here
    number = task["project"]
    server.redis(
        "DEL",
        key(PROJECT, project=number),
        page_key(server, number, limit=500),
        key(USER_DASHBOARD, user=task["person"]),
    )
    for path in paths(task):
        miss, hit = (server.get(path, task["person"]) for _ in range(2))
        assert (miss.headers["x-cache"], hit.headers["x-cache"]) == ("miss", "hit")
        assert miss.content == hit.content


def test_one_command_more_than_connections_waits_for_one(server: Server) -> None:
    assert remote(server, "crowd", "") == "0"


def test_without_redis_everything_is_correct(server: Server, task: dict[str, int]) -> None:
    done, _, overdue = seen(server, task)

    with server.stopped("redis-server"):
        assert server.http.get("/readyz").json()["redis"] == "down"
        assert cache_states(server, task) == ["miss"] * 3
        assert cache_states(server, task) == ["miss"] * 3
        assert server.patch(task["task"], task["person"], "done").status_code == 200
        assert seen(server, task) == (done + 1, "done", overdue - 1)

    assert seen(server, task) == (done + 1, "done", overdue - 1)
    end = time.monotonic() + 5
    while cache_states(server, task) != ["hit"] * 3:
        assert time.monotonic() < end
    assert server.http.get("/readyz").json()["redis"] == "up"


@pytest.mark.parametrize(
    "damage", ["SET {key} garbage", "SETRANGE {key} 40 something-else", "SETRANGE {key} 0 b0", "wrong type"]
)
def test_a_damaged_value_is_a_miss_and_then_replaced(
    server: Server, task: dict[str, int], damage: str
) -> None:
    path = paths(task)[0]
    server.get(path, task["person"])
    before = server.get(path, task["person"])
    assert before.headers["x-cache"] == "hit"
    kept = key(PROJECT, project=task["project"])
    if damage == "wrong type":
        server.redis("DEL", kept)
        server.redis("LPUSH", kept, "x")
    else:
        server.redis(*damage.format(key=kept).split())

    after = server.get(path, task["person"])

    assert (after.status_code, after.headers["x-cache"]) == (200, "miss")
    assert after.content == before.content
    assert server.get(path, task["person"]).headers["x-cache"] == "hit"


def test_nothing_is_stored_while_a_tag_is_marked(server: Server, task: dict[str, int]) -> None:
    tag = f"bantam:tag:project:{task['project']}"
    path = paths(task)[0]
    server.get(path, task["person"])
    server.redis("SET", tag, "!" + 16 * "m", "EX", "60")

    assert [server.get(path, task["person"]).headers["x-cache"] for _ in range(2)] == ["miss", "miss"]

    server.redis("DEL", tag)
    assert [server.get(path, task["person"]).headers["x-cache"] for _ in range(2)] == ["miss", "hit"]


def test_reads_survive_a_restart_of_pgbouncer(server: Server, task: dict[str, int]) -> None:
    for limit in range(101, 105):
        server.run("systemctl restart pgbouncer")
        path = f"/api/projects/{task['project']}/tasks?limit={limit}"
        response = server.get(path, task["person"])
        assert (response.status_code, response.headers["x-cache"]) == (200, "miss")


def test_without_a_database_cached_reads_are_served_and_the_rest_is_503(
    server: Server, task: dict[str, int]
) -> None:
    cached = paths(task)[0]
    server.get(cached, task["person"])

    with server.stopped("pgbouncer"):
        hit = server.get(cached, task["person"])
        miss = server.get(f"/api/projects/{task['project']}/tasks?limit=201", task["person"])
        ready = server.http.get("/readyz")

    assert (hit.status_code, hit.headers["x-cache"]) == (200, "hit")
    for response in (miss, ready):
        assert response.status_code == 503
        assert response.headers["retry-after"]
    assert miss.headers["content-type"] == "application/problem+json"
    assert recovered(server, task).status_code == 200


def recovered(server: Server, task: dict[str, int]) -> httpx.Response:
    """The first response that is not 503, or the last one within a minute."""
    for limit in range(301, 361):
        response = server.get(f"/api/projects/{task['project']}/tasks?limit={limit}", task["person"])
        if response.status_code != 503:
            break
        time.sleep(1)
    return response


def fills(server: Server, namespace: str) -> int:
    statistics = server.get("/api/admin/cache-stats", 1).json()
    return int(next(each["fills"] for each in statistics["namespaces"] if each["namespace"] == namespace))


def test_two_hundred_first_reads_of_one_key_are_one_fill(server: Server) -> None:
    # Warming in the meantime would be counted as well.
    until(lambda: stays_warm(server))
    server.redis("DEL", page_key(server, 1, limit=199))
    before = fills(server, "project_tasks")

    answers = remote(server, "together", f"{bearer(server, 1)} 200 GET '/api/projects/1/tasks?limit=199'")

    assert answers == "200:200"
    assert fills(server, "project_tasks") == before + 1


def test_a_write_by_psql_shows_within_a_second(server: Server, task: dict[str, int]) -> None:
    path = paths(task)[0]
    for name in ("By psql", "By psql again"):
        server.get(path, task["person"])
        server.sql(f"UPDATE projects SET name = '{name}' WHERE id = {task['project']}")  # noqa: S608
        time.sleep(1)
        assert server.get(path, task["person"]).json()["name"] == name


def test_an_invisible_row_is_queried_once(server: Server) -> None:
    before = fills(server, "project")

    answers = [server.get("/api/projects/999999", 1).status_code for _ in range(5)]

    assert answers == [404] * 5
    assert fills(server, "project") == before + 1


def test_the_cache_is_switched_off_and_on_while_everything_runs(server: Server, task: dict[str, int]) -> None:
    def switched(*, enabled: bool) -> None:
        answer = server.send(
            "PATCH", "/api/admin/cache", headers=server.authorization(1), json={"enabled": enabled}
        )
        assert (answer.status_code, answer.json()["enabled"]) == (200, enabled)
        time.sleep(0.7)

    cache_states(server, task)
    switched(enabled=False)
    try:
        assert cache_states(server, task) == ["off"] * 3
        assert server.patch(task["task"], task["person"], "blocked").status_code == 200
    finally:
        switched(enabled=True)
    assert seen(server, task)[1] == "blocked"
    assert cache_states(server, task) == ["hit"] * 3


def test_the_commands_switch_it_and_a_restart_keeps_it_switched(
    sandbox_server: SandboxServer, server: Server, task: dict[str, int]
) -> None:
    cache_states(server, task)
    checked(sandbox_server.make("cache-off"))
    try:
        server.run("systemctl restart 'bantam-app@*'")
        time.sleep(0.7)
        assert cache_states(server, task) == ["off"] * 3
    finally:
        checked(sandbox_server.make("cache-on"))
    time.sleep(0.7)
    cache_states(server, task)
    assert cache_states(server, task) == ["hit"] * 3


def test_prometheus_and_the_page_count_the_same_hits(server: Server, task: dict[str, int]) -> None:
    cache_states(server, task)
    time.sleep(0.1)
    statistics = server.get("/api/admin/cache-stats", 1).json()
    metrics = server.get("/api/admin/metrics", 1).text
    hits = next(each["hits"] for each in statistics["namespaces"] if each["namespace"] == "project")

    assert f'bantam_cache_reads_total{{namespace="project",outcome="hit"}} {hits}.0' in metrics
    assert statistics["redis"]["memory_bytes"] < statistics["redis"]["memory_limit_bytes"]
