"""The cache on a deployed server: hits, never older than a write, not missed when Redis is away."""

import time

import httpx
import msgspec
import pytest

from app.shapes.dashboard_user import UserDashboard
from app.shapes.projects import Project
from app.shapes.tasks import TaskPage
from tests.app.server import Server

pytestmark = pytest.mark.server

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


def paths(task: dict[str, int]) -> list[str]:
    project = task["project"]
    return [f"/api/projects/{project}", f"/api/projects/{project}/tasks?limit=500", "/api/dashboards/user"]


def cache_states(server: Server, task: dict[str, int]) -> list[str]:
    return [server.get(path, task["person"]).headers["x-cache"] for path in paths(task)]


def test_after_a_change_the_writer_finds_project_and_dashboard_made_anew(
    server: Server, task: dict[str, int]
) -> None:
    time.sleep(1)  # they are made behind the answer; the pages are not
    assert cache_states(server, task) == ["hit", "miss", "hit"]
    assert cache_states(server, task) == ["hit"] * 3


def seen(server: Server, task: dict[str, int]) -> tuple[int, str, int]:
    """What the three reads say: tasks done in the project, the task's status, the person's overdue tasks."""
    project, page, dashboard = (server.get(path, task["person"]).content for path in paths(task))
    items = msgspec.json.decode(page, type=TaskPage).items
    return (
        msgspec.json.decode(project, type=Project).tasks.done,
        next(item.status for item in items if item.id == task["task"]),
        msgspec.json.decode(dashboard, type=UserDashboard).overdue_count,
    )


def test_a_read_that_begins_after_a_change_was_answered_shows_it(
    server: Server, task: dict[str, int]
) -> None:
    done, _, overdue = seen(server, task)
    for _ in range(5):
        assert server.patch(task["task"], task["person"], "done").status_code == 200
        assert seen(server, task) == (done + 1, "done", overdue - 1)
        assert server.patch(task["task"], task["person"], "review").status_code == 200
        assert seen(server, task) == (done, "review", overdue)


def test_a_hit_is_the_very_bytes_of_the_miss(server: Server, task: dict[str, int]) -> None:
    time.sleep(1)  # what the change made anew is there, and goes
    server.redis("DEL", f"bantam:project:{task['project']}", f"bantam:user_dashboard:{task['person']}")
    for path in paths(task):
        miss, hit = (server.get(path, task["person"]) for _ in range(2))
        assert (miss.headers["x-cache"], hit.headers["x-cache"]) == ("miss", "hit")
        assert miss.content == hit.content


def test_without_redis_everything_is_right(server: Server, task: dict[str, int]) -> None:
    done, _, overdue = seen(server, task)

    with server.stopped("redis-server"):
        assert server.http.get("/readyz").json()["redis"] == "down"
        assert cache_states(server, task) == ["miss"] * 3
        assert cache_states(server, task) == ["miss"] * 3
        assert server.patch(task["task"], task["person"], "done").status_code == 200
        assert seen(server, task) == (done + 1, "done", overdue - 1)

    assert seen(server, task) == (done + 1, "done", overdue - 1)
    assert cache_states(server, task) == ["hit"] * 3
    assert server.http.get("/readyz").json()["redis"] == "up"


@pytest.mark.parametrize(
    "damage", ["SET {key} garbage", "SETRANGE {key} 40 x", "SETRANGE {key} 0 b0", "wrong type"]
)
def test_a_damaged_value_is_a_miss_and_then_replaced(
    server: Server, task: dict[str, int], damage: str
) -> None:
    path = paths(task)[0]
    server.get(path, task["person"])
    before = server.get(path, task["person"])
    assert before.headers["x-cache"] == "hit"
    key = f"bantam:project:{task['project']}"
    if damage == "wrong type":
        server.redis("DEL", key)
        server.redis("LPUSH", key, "x")
    else:
        server.redis(*damage.format(key=key).split())

    after = server.get(path, task["person"])

    assert (after.status_code, after.headers["x-cache"]) == (200, "miss")
    assert after.content == before.content
    assert server.get(path, task["person"]).headers["x-cache"] == "hit"


def test_nothing_is_kept_while_a_writer_stands_before_a_tag(server: Server, task: dict[str, int]) -> None:
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
    """The first answer that is not 503, or the last of a minute's."""
    for limit in range(301, 361):
        response = server.get(f"/api/projects/{task['project']}/tasks?limit={limit}", task["person"])
        if response.status_code != 503:
            break
        time.sleep(1)
    return response
