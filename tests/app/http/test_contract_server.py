"""The HTTP contract on a deployed server: who sees what, shapes, pages."""

# ruff: noqa: S608  (the numbers are the tests' own)

import time

import httpx
import msgspec
import pytest

from app.agency.shapes.dashboard_user import UserDashboard
from app.agency.shapes.projects import Project
from app.agency.shapes.tasks import Task
from app.reading.shapes import Page
from tests.app.support.server import Server

pytestmark = pytest.mark.server

BUSY = 1
"""The project with the most tasks."""

PROJECT = 50
# The relay needs a second; a busy machine may need more.
RELAYED_S = 10
"""One that is neither everybody's nor nobody's."""

SEES = """
SELECT u.id
FROM users AS u
JOIN projects AS p ON p.id = {project}
WHERE u.role = '{role}'
  AND (
      u.role = 'admin'
      OR u.id = p.manager_id
      OR u.client_id = p.client_id
      OR EXISTS (SELECT FROM project_members AS m WHERE m.project_id = p.id AND m.user_id = u.id)
  ) IS {sees}
ORDER BY u.id
LIMIT 1
"""


def user_who(server: Server, role: str, *, sees: bool) -> int:
    """A user with the role who can, or cannot, see the project."""
    found = server.sql(SEES.format(project=PROJECT, role=role, sees="TRUE" if sees else "NOT TRUE"))
    if not found:
        pytest.skip(f"this seed has no {role} for whom seeing it is {sees}")
    return int(found)


def problem(response: httpx.Response, status: int, field: str | None = None) -> None:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    document = response.json()
    assert (document["status"], document.get("field")) == (status, field)


@pytest.mark.parametrize("role", ["admin", "project_manager", "team_member", "client"])
@pytest.mark.parametrize("path", [f"/api/projects/{PROJECT}", f"/api/projects/{PROJECT}/tasks?limit=3"])
def test_each_role_sees_its_projects(server: Server, role: str, path: str) -> None:
    assert server.get(path, user_who(server, role, sees=True)).status_code == 200


@pytest.mark.parametrize("role", ["project_manager", "team_member", "client"])
@pytest.mark.parametrize("path", [f"/api/projects/{PROJECT}", f"/api/projects/{PROJECT}/tasks?limit=3"])
def test_what_an_admin_has_put_into_the_cache_stays_invisible_to_a_stranger(
    server: Server, role: str, path: str
) -> None:
    stranger = user_who(server, role, sees=False)

    assert server.get(path, 1).status_code == 200
    for _ in range(2):
        problem(server.get(path, stranger), 404)
    assert server.get(path, 1).headers["x-cache"] == "hit"


def test_a_task_of_an_invisible_project_is_404(server: Server) -> None:
    task = int(server.sql(f"SELECT min(id) FROM tasks WHERE project_id = {PROJECT}"))
    stranger = user_who(server, "team_member", sees=False)

    problem(server.patch(task, stranger, "done"), 404)


def test_a_client_sees_tasks_but_may_not_change_them(server: Server) -> None:
    task = int(server.sql(f"SELECT min(id) FROM tasks WHERE project_id = {PROJECT}"))

    problem(server.patch(task, user_who(server, "client", sees=True), "done"), 403)


@pytest.mark.parametrize(
    "number", ["999999999", "9223372036854775807", "9223372036854775808", "0", "-1", "x"]
)
def test_a_project_that_does_not_exist_is_404(server: Server, number: str) -> None:
    problem(server.get(f"/api/projects/{number}", 1), 404)


def test_an_unknown_token_is_401(server: Server) -> None:
    problem(
        server.http.get("/api/projects/1", headers={"authorization": "Bearer bt_" + 64 * "0"}),
        401,
    )


def test_a_token_stops_when_it_expires_even_from_the_cache(server: Server) -> None:
    token = server.new_token(1, "now() + interval '3 seconds'")
    assert server.http.get("/api/projects/1", headers=token).status_code == 200

    while (response := server.http.get("/api/projects/1", headers=token)).status_code == 200:
        time.sleep(0.2)

    problem(response, 401)
    assert (
        server.sql(
            "SELECT count(*) FROM api_tokens WHERE expires_at BETWEEN now() - interval '2 s' AND now()"
        )
        == "1"
    )


def test_a_token_revoked_behind_the_apps_back_stops_long_before_its_time_to_live(server: Server) -> None:
    token = server.new_token(1)
    assert server.http.get("/api/dashboards/user", headers=token).status_code == 200
    server.revoke(token)
    deadline = time.monotonic() + RELAYED_S

    while (response := server.http.get("/api/dashboards/user", headers=token)).status_code == 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)

    problem(response, 401)


def test_a_deactivated_user_is_rejected(server: Server) -> None:
    user = server.sql(
        "INSERT INTO users (role, email, name, deactivated_at)"
        f" VALUES ('team_member', '{time.time()}@left.example', 'Left', now()) RETURNING id"
    )

    problem(server.http.get("/api/dashboards/user", headers=server.new_token(int(user))), 401)


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        (f"/api/projects/{PROJECT}", Project),
        (f"/api/projects/{PROJECT}/tasks?limit=1000", Page[Task]),
        ("/api/dashboards/user", UserDashboard),
    ],
)
def test_a_response_matches_its_shape_from_the_database_and_from_the_cache(
    server: Server, path: str, shape: type
) -> None:
    user = user_who(server, "project_manager", sees=True)

    for _ in range(2):
        response = server.get(path, user)
        assert response.headers["content-type"] == "application/json"
        msgspec.json.decode(response.content, type=shape)


def test_the_project_counts_what_the_database_holds(server: Server) -> None:
    body = msgspec.json.decode(server.get("/api/projects/1", 1).content, type=Project)

    assert body.tasks.total == int(
        server.sql("SELECT count(*) FROM tasks WHERE project_id = 1 AND deleted_at IS NULL")
    )
    assert body.member_count == int(server.sql("SELECT count(*) FROM project_members WHERE project_id = 1"))


def test_the_dashboard_counts_what_the_database_holds(server: Server) -> None:
    user = user_who(server, "team_member", sees=True)
    body = msgspec.json.decode(server.get("/api/dashboards/user", user).content, type=UserDashboard)
    overdue = (
        f"SELECT count(*) FROM tasks WHERE assignee_id = {user} AND completed_at IS NULL"
        f" AND deleted_at IS NULL AND due_on < '{body.today}'"
    )
    minutes = (
        f"SELECT coalesce(sum(minutes), 0) FROM time_entries WHERE user_id = {user}"
        " AND deleted_at IS NULL"
        f" AND entry_date BETWEEN '{body.week.starts_on}' AND date '{body.week.starts_on}' + 6"
    )
    unread = f"SELECT count(*) FROM notifications WHERE user_id = {user} AND read_at IS NULL"

    assert body.user_id == user
    assert body.overdue_count == int(server.sql(overdue))
    assert body.week.minutes == int(server.sql(minutes))
    assert body.unread_count == int(server.sql(unread))
    assert len(body.overdue) == min(10, body.overdue_count)


def page(server: Server, query: str) -> Page[Task]:
    response = server.get(f"/api/projects/{BUSY}/tasks?{query}", 1)
    assert response.status_code == 200, response.text
    return msgspec.json.decode(response.content, type=Page[Task])


def ordered_ids(server: Server) -> list[int]:
    rows = server.rows(
        f"SELECT id FROM tasks WHERE project_id = {BUSY} AND deleted_at IS NULL ORDER BY due_on, id"
    )
    return [row["id"] for row in rows]


@pytest.mark.parametrize("limit", [1, 7, 50, 1000])
def test_the_pages_forward_are_the_whole_list_once_and_in_order(server: Server, limit: int) -> None:
    expected = ordered_ids(server)[: limit * 40]
    seen: list[int] = []
    query = f"limit={limit}"
    while len(seen) < len(expected):
        got = page(server, query)
        seen += [task.id for task in got.items]
        if got.next is None:
            break
        query = f"limit={limit}&cursor={got.next}"

    assert seen == expected


@pytest.mark.parametrize("limit", [7, 50])
def test_the_pages_backward_are_the_whole_list_once_and_in_order(server: Server, limit: int) -> None:
    seen: list[int] = []
    got = page(server, f"limit={limit}&direction=backward")
    assert got.next is None
    while True:
        seen = [task.id for task in got.items] + seen
        if got.previous is None:
            break
        got = page(server, f"limit={limit}&cursor={got.previous}")

    assert seen == ordered_ids(server)


def test_one_page_on_and_one_back_is_where_it_began(server: Server) -> None:
    first = page(server, "limit=7")
    second = page(server, f"limit=7&cursor={first.next}")

    assert page(server, f"limit=7&cursor={second.previous}").items == first.items
    assert first.previous is None


def test_tasks_of_one_day_are_in_the_order_of_their_ids(server: Server) -> None:
    items = page(server, "limit=1000").items
    keys = [(task.due_on, task.id) for task in items]

    assert keys == sorted(keys)
    assert len({task.due_on for task in items}) < len(items)


def test_a_task_that_appears_earlier_does_not_shift_the_pages_after_it(server: Server) -> None:
    first = page(server, "limit=5")
    expected = page(server, f"limit=6&cursor={first.next}").items[:5]
    early = "INSERT INTO tasks (project_id, due_on, title) VALUES (1, '2000-01-01', 'Early') RETURNING id"
    task = server.sql(early)
    try:
        assert page(server, f"limit=5&cursor={first.next}").items == expected
    finally:
        server.sql(f"DELETE FROM tasks WHERE id = {task}")


def test_a_cursor_is_good_for_its_own_list_only(server: Server) -> None:
    cursor = page(server, "limit=5").next
    assert cursor is not None

    problem(server.get(f"/api/projects/2/tasks?cursor={cursor}", 1), 422, "cursor")
    problem(server.get(f"/api/projects/1/tasks?cursor={cursor[:-2]}AA", 1), 422, "cursor")


@pytest.mark.parametrize("status", ["todo", "in_progress", "blocked", "review", "done"])
def test_a_task_takes_every_status_and_completion_follows(server: Server, status: str) -> None:
    task = int(server.sql("SELECT min(id) FROM tasks WHERE project_id = 1"))

    first = msgspec.json.decode(server.patch(task, 1, status).content, type=Task)
    again = msgspec.json.decode(server.patch(task, 1, status).content, type=Task)

    assert (first.id, first.status) == (task, status)
    assert (first.completed_at is not None) == (status == "done")
    assert again.completed_at == first.completed_at


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b'{"status": "finished"}', 422, "status"),
        (b'{"state": "done"}', 422, "state"),
        (b"{", 422, None),
        (b" " * (2 * 1024 * 1024), 413, None),
    ],
)
def test_an_invalid_change_is_rejected_and_changes_nothing(
    server: Server, body: bytes, status: int, field: str | None
) -> None:
    task = int(server.sql("SELECT min(id) FROM tasks WHERE project_id = 1"))
    before = server.sql(f"SELECT tasks FROM tasks WHERE id = {task}")

    problem(
        server.send("PATCH", f"/api/tasks/{task}", headers=server.authorization(1), content=body),
        status,
        field,
    )

    assert server.sql(f"SELECT tasks FROM tasks WHERE id = {task}") == before
