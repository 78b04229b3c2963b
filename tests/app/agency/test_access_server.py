"""Every route with every role, and with invalid tokens, against the table in access.py."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest

from app.agency.writes.tokens import MOST
from tests.app.support.access import ROLES, ROUTES, Access, table
from tests.app.support.server import Server
from tests.app.support.world import Ids, World, make

ROWS = table()

DAY = "2026-12-01"
TOO_MANY = 429
"""What the edge answers whoever asks too much without a token."""

BODIES: dict[str, Callable[[World, Ids], Any]] = {
    "POST /api/projects": lambda world, _: {
        "name": "New",
        "client_id": world.clients["client"],
        "starts_on": DAY,
        "due_on": DAY,
        "budget": 1,
    },
    "PATCH /api/projects/{id}": lambda *_: {"status": "on_hold"},
    "POST /api/projects/{id}/members": lambda world, _: {"user_id": world.users["newcomer"]},
    "POST /api/projects/{id}/milestones": lambda *_: {"name": "New", "due_on": DAY},
    "PATCH /api/milestones/{id}": lambda *_: {"completed": True},
    "POST /api/clients": lambda *_: {"name": "New", "industry": "x"},
    "PATCH /api/clients/{id}": lambda *_: {"industry": "y"},
    "POST /api/projects/{id}/tasks": lambda *_: {"title": "New", "due_on": DAY},
    "PATCH /api/tasks/{id}": lambda *_: {"status": "review"},
    "POST /api/tasks/{id}/comments": lambda *_: {"body": "New"},
    "PATCH /api/comments/{id}": lambda *_: {"body": "Better"},
    "POST /api/time-entries": lambda _, ids: {
        "project_id": ids["projects"],
        "entry_date": DAY,
        "minutes": 5,
    },
    "PATCH /api/time-entries/{id}": lambda *_: {"minutes": 5},
    "POST /api/projects/{id}/threads": lambda *_: {"subject": "New", "body": "New"},
    "POST /api/threads/{id}/messages": lambda *_: {"body": "New"},
    "PATCH /api/messages/{id}": lambda *_: {"body": "Better"},
    "POST /api/notifications/read": lambda *_: {"ids": [1]},
    "POST /api/projects/{id}/invoices": lambda *_: {
        "items": [{"description": "New", "quantity": 1, "unit_price": 1}]
    },
    "PATCH /api/invoices/{id}": lambda *_: {"due_on": DAY},
    "POST /api/invoices/{id}/payments": lambda *_: {"amount": 1, "paid_on": DAY, "method": "card"},
    "POST /api/users": lambda world, ids: {
        "name": "New",
        "email": f"new{ids['projects']}@{world.mark}.example",
        "role": "team_member",
    },
    "PATCH /api/users/{id}": lambda *_: {"weekly_minutes": 5},
    "PATCH /api/admin/cache": lambda *_: {"enabled": True},
}

QUERIES = {
    "GET /api/comments": "?task={tasks}",
    "GET /api/messages": "?thread={threads}",
    **{row.name: "?ids=1,2" for row in ROWS if row.path.endswith("/batch")},
    "GET /api/milestones": "?project={projects}",
    "GET /api/threads": "?project={projects}",
    "GET /api/search": "?q=task",
    "GET /api/search/projects": "?q=project",
    "GET /api/search/tasks": "?q=task",
    "GET /api/search/users": "?q=somebody",
    "GET /api/search/clients": "?q=client",
    "GET /api/reports/generated/file": "?name=1999-01-time.csv",
}


@pytest.fixture(scope="module")
def sets(world: World) -> dict[tuple[str, str], Ids]:
    """One of everything for each row and role, so that no request depends on another one."""
    made = iter(world.projects(len(ROWS) * len(ROLES)))
    return {(row.name, role): next(made) for row in ROWS for role in ROLES}


def ask(world: World, row: Access, role: str, ids: Ids, **headers: str) -> int:
    path = ids.path(row.path, user=world.users["member"]) + QUERIES.get(row.name, "").format_map(ids.of)
    body = BODIES[row.name](world, ids) if row.name in BODIES else None
    for _ in range(100):
        status = world.send(role, row.method, path, body, **headers).status_code
        if status != TOO_MANY:
            break
        time.sleep(0.2)
    return status


@pytest.mark.server
@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_the_status_in_the_table(
    role: str, world: World, sets: dict[tuple[str, str], Ids]
) -> None:
    answered = {row.name: ask(world, row, role, sets[row.name, role]) for row in ROWS}

    assert answered == {row.name: row.statuses[role] for row in ROWS}


LISTED = ("milestones", "tasks", "comments", "time-entries", "threads", "messages", "invoices")
OF = {"comments": "task={tasks}", "messages": "thread={threads}"}


@pytest.mark.server
@pytest.mark.parametrize("topic", [*LISTED, "projects", "users", "clients"])
def test_a_batch_has_exactly_the_entities_that_each_role_sees(world: World, topic: str) -> None:
    ids = world.project()
    (row,) = (row for row in ROWS if row.name == f"GET /api/{topic}/{{id}}")

    found = {
        role: [item["id"] for item in world.get(role, f"/api/{topic}/batch?ids={ids[topic]}")["items"]]
        for role in ROLES
    }

    assert found == {role: [ids[topic]] if row.statuses[role] == 200 else [] for role in ROLES}


@pytest.mark.server
@pytest.mark.parametrize("topic", LISTED)
def test_a_list_has_exactly_the_entities_that_each_role_sees(world: World, topic: str) -> None:
    ids = world.project()
    (row,) = (row for row in ROWS if row.name == f"GET /api/{topic}/{{id}}")
    path = f"/api/{topic}?" + OF.get(topic, "project={projects}").format_map(ids.of)

    found = {role: [item["id"] for item in world.get(role, path)["items"]] for role in ROLES}

    assert found == {role: [ids[topic]] if row.statuses[role] == 200 else [] for role in ROLES}


@pytest.fixture(scope="module", params=["none", "malformed", "unknown", "expired", "revoked"])
def bad_token(request: pytest.FixtureRequest, server: Server) -> dict[str, str]:
    """A header without a valid token; the expired and revoked ones belonged to an admin."""
    if request.param == "expired":
        return server.new_token(1, "now() - interval '1 minute'")
    if request.param == "revoked":
        token = server.new_token(1)
        server.revoke(token)
        return token
    values = {"none": "", "malformed": "Bearer x", "unknown": "Bearer bt_" + 64 * "0"}
    return {"authorization": values[request.param]}


@pytest.mark.server
def test_without_a_valid_token_only_public_routes_respond(
    bad_token: dict[str, str], world: World, sets: dict[tuple[str, str], Ids]
) -> None:
    answered = {row.name: ask(world, row, "admin", sets[row.name, "stranger"], **bad_token) for row in ROWS}

    assert answered == {row.name: 200 if ROUTES[row.name].public else 401 for row in ROWS}


@pytest.mark.server
def test_a_removed_member_loses_access_immediately(world: World) -> None:
    ids = world.project()
    paths = [ids.path(path) for path in ("/api/projects/{id}", "/api/projects/{id}/tasks")]
    for path in (*paths, *paths):
        assert world.send("member", "GET", path).status_code == 200

    gone = world.send(
        "manager", "DELETE", ids.path("/api/projects/{id}/members/{user}", user=world.users["member"])
    )

    assert gone.status_code == 204
    assert [world.send("member", "GET", path).status_code for path in paths] == [404, 404]


@pytest.mark.server
def test_an_invited_member_gets_access_immediately(world: World) -> None:
    ids = world.project()
    path = ids.path("/api/projects/{id}")
    assert world.send("newcomer", "GET", path).status_code == 404
    assert world.send("admin", "GET", path).status_code == 200

    body = {"email": f"NEWCOMER@{world.mark}.example"}
    invited = world.send("manager", "POST", f"{path}/members", body)

    assert invited.status_code == 201, invited.text
    assert world.send("newcomer", "GET", path).status_code == 200
    assert world.told("newcomer")[-1]["kind"] == "member_added"


@pytest.mark.server
def test_a_deactivated_user_loses_access_immediately_until_given_a_new_token(server: Server) -> None:
    world = make(server)
    user = world.users["other"]
    for _ in range(2):
        assert world.send("other", "GET", "/api/dashboards/user").status_code == 200

    assert world.send("admin", "POST", f"/api/users/{user}/deactivate").status_code == 200
    assert world.send("other", "GET", "/api/dashboards/user").status_code == 401
    assert world.send("admin", "POST", f"/api/users/{user}/activate").status_code == 200
    assert world.send("other", "GET", "/api/dashboards/user").status_code == 401
    made = world.send("admin", "POST", "/api/tokens", {"user_id": user})
    token = {"authorization": f"Bearer {made.json()['token']}"}
    assert world.send("other", "GET", "/api/dashboards/user", **token).status_code == 200


@pytest.mark.server
def test_an_admin_revokes_every_token_of_a_user(server: Server) -> None:
    world = make(server)
    user = world.users["other"]
    second = server.new_token(user)
    for token in ({}, second):
        assert world.send("other", "GET", "/api/dashboards/user", **token).status_code == 200

    assert world.send("admin", "DELETE", f"/api/users/{user}/tokens").status_code == 204

    for token in ({}, second):
        assert world.send("other", "GET", "/api/dashboards/user", **token).status_code == 401


@pytest.mark.server
@pytest.mark.parametrize(("role", "outlives"), [("other", False), ("admin", True)])
def test_a_token_outlives_the_one_that_made_it_only_for_admins(
    server: Server, role: str, outlives: bool
) -> None:
    world = make(server)
    parent = datetime.fromisoformat(world.get(role, "/api/tokens")["items"][0]["expires_at"])

    made = world.send(role, "POST", "/api/tokens", {"days": 365}).json()

    assert (datetime.fromisoformat(made["expires_at"]) > parent) is outlives


@pytest.mark.server
def test_nobody_has_more_tokens_than_allowed(server: Server) -> None:
    world = make(server)
    with ThreadPoolExecutor(4) as pool:
        answers = pool.map(lambda _: world.send("other", "POST", "/api/tokens", {}), range(MOST + 3))
    statuses = Counter(answer.status_code for answer in answers)

    assert statuses == {201: MOST - 1, 409: 4}


@pytest.mark.server
def test_a_new_role_applies_immediately(server: Server) -> None:
    world = make(server)
    ids = world.project()
    path = ids.path("/api/projects/{id}")
    assert world.send("other", "GET", path).status_code == 404

    change = {"role": "admin"}
    assert world.send("admin", "PATCH", f"/api/users/{world.users['other']}", change).status_code == 200

    assert world.send("other", "GET", path).status_code == 200


@pytest.mark.server
def test_a_token_is_shown_once_and_rejected_once_revoked(world: World) -> None:
    made = world.send("other", "POST", "/api/tokens", {"days": 1}, idempotency_key=world.mark)
    again = world.send("other", "POST", "/api/tokens", {"days": 1}, idempotency_key=world.mark)
    token = {"authorization": f"Bearer {made.json()['token']}"}

    assert again.json() == made.json() | {"token": None}
    assert world.send("other", "GET", "/api/dashboards/user", **token).status_code == 200
    listed = {each["id"]: each for each in world.get("other", "/api/tokens")["items"]}
    assert listed[made.json()["id"]] == {
        "id": made.json()["id"],
        "created_at": made.json()["created_at"],
        "expires_at": made.json()["expires_at"],
        "current": False,
    }
    assert [each["current"] for each in listed.values()].count(True) == 1
    assert world.send("other", "DELETE", f"/api/tokens/{made.json()['id']}").status_code == 204
    assert listed.keys() - {each["id"] for each in world.get("other", "/api/tokens")["items"]} == {
        made.json()["id"]
    }
    assert world.send("other", "GET", "/api/dashboards/user", **token).status_code == 401
