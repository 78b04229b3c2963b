"""What a write does, on a deployed server: the row, its version, the activity, those told, the cache."""

# ruff: noqa: S608  (the numbers and names are the tests' own)

from typing import Any

import msgspec
import pytest

from app.shapes import Task, UserDashboard
from app.shapes_written import (
    ReadCounts,
    ReadUpTo,
    WrittenClient,
    WrittenComment,
    WrittenInvoice,
    WrittenMember,
    WrittenMessage,
    WrittenMilestone,
    WrittenProject,
    WrittenThread,
    WrittenTimeEntry,
    WrittenToken,
    WrittenUser,
)
from tests.app.server import Server
from tests.app.world import Ids, World, make

pytestmark = pytest.mark.server

DAY = "2026-12-01"
ITEMS = [
    {"description": "Design", "quantity": 2.5, "unit_price": "80.10"},
    {"description": "Discount", "quantity": 1, "unit_price": -10},
]


@pytest.fixture(scope="module")
def world(server: Server) -> World:
    return make(server)


@pytest.fixture
def ids(world: World) -> Ids:
    return world.project()


def done(response: Any, status: int = 200) -> Any:
    assert response.status_code == status, response.text
    return response.json() if response.content else None


def refused(response: Any, status: int, field: str | None = None) -> None:
    assert (response.status_code, response.json().get("field")) == (status, field), response.text
    assert response.headers["content-type"] == "application/problem+json"


SHAPES: dict[str, tuple[str, Any, int, type]] = {
    "create a project": ("POST /api/projects", None, 201, WrittenProject),
    "change a project": ("PATCH /api/projects/{id}", {"status": "completed"}, 200, WrittenProject),
    "invite": ("POST /api/projects/{id}/members", None, 201, WrittenMember),
    "add a milestone": (
        "POST /api/projects/{id}/milestones",
        {"name": "M", "due_on": DAY},
        201,
        WrittenMilestone,
    ),
    "change a milestone": ("PATCH /api/milestones/{id}", {"name": "N"}, 200, WrittenMilestone),
    "create a client": ("POST /api/clients", {"name": "C", "industry": "x"}, 201, WrittenClient),
    "change a client": ("PATCH /api/clients/{id}", {"industry": "y"}, 200, WrittenClient),
    "add a task": ("POST /api/projects/{id}/tasks", {"title": "T", "due_on": DAY}, 201, Task),
    "change a task": ("PATCH /api/tasks/{id}", {"estimate_minutes": 30}, 200, Task),
    "comment": ("POST /api/tasks/{id}/comments", {"body": "C"}, 201, WrittenComment),
    "log time": ("POST /api/time-entries", None, 201, WrittenTimeEntry),
    "correct time": ("PATCH /api/time-entries/{id}", {"billable": False}, 200, WrittenTimeEntry),
    "begin a thread": ("POST /api/projects/{id}/threads", {"subject": "S", "body": "B"}, 201, WrittenThread),
    "reply": ("POST /api/threads/{id}/messages", {"body": "R"}, 201, WrittenMessage),
    "have read a thread": ("POST /api/threads/{id}/read", {}, 200, ReadUpTo),
    "have read": ("POST /api/notifications/read", {"ids": [1]}, 200, ReadCounts),
    "draft": ("POST /api/projects/{id}/invoices", {"items": ITEMS}, 201, WrittenInvoice),
    "change a draft": ("PATCH /api/invoices/{id}", {"items": ITEMS}, 200, WrittenInvoice),
    "issue": ("POST /api/invoices/{id}/issue", {}, 200, WrittenInvoice),
    "void": ("POST /api/invoices/{id}/void", {}, 200, WrittenInvoice),
    "change a user": ("PATCH /api/users/{id}", {"hourly_rate": 70}, 200, WrittenUser),
    "deactivate": ("POST /api/users/{id}/deactivate", {}, 200, WrittenUser),
    "token": ("POST /api/tokens", {}, 201, WrittenToken),
}


@pytest.mark.parametrize("name", SHAPES)
def test_an_answer_has_exactly_its_shape(world: World, ids: Ids, name: str) -> None:
    route, body, status, shape = SHAPES[name]
    method, template = route.split()
    given: dict[str, Any] = {
        "create a project": {
            "name": "P",
            "client_id": world.clients["client"],
            "starts_on": DAY,
            "due_on": DAY,
            "budget": "10.5",
        },
        "invite": {"user_id": world.users["newcomer"]},
        "log time": {"project_id": ids["projects"], "entry_date": DAY, "minutes": 5, "task_id": ids["tasks"]},
    }

    response = world.send("admin", method, ids.path(template), given.get(name, body))

    done(response, status)
    decoded: Any = msgspec.json.decode(response.content, type=shape)
    version = getattr(decoded, "version", None)
    assert (version is not None) == ("etag" in response.headers)
    if version is not None:
        assert response.headers["etag"].startswith((f'"{version}-', f'W/"{version}-'))


CREATED = [
    ("POST /api/projects/{id}/tasks", {"title": "T", "due_on": DAY}, "/api/tasks/"),
    ("POST /api/tasks/{id}/comments", {"body": "C"}, "/api/comments/"),
    ("POST /api/projects/{id}/threads", {"subject": "S", "body": "B"}, "/api/threads/"),
    ("POST /api/threads/{id}/messages", {"body": "R"}, "/api/messages/"),
    ("POST /api/projects/{id}/invoices", {"items": ITEMS}, "/api/invoices/"),
]


@pytest.mark.parametrize(("route", "body", "location"), CREATED)
def test_what_is_created_says_where_it_is(
    world: World, ids: Ids, route: str, body: Any, location: str
) -> None:
    method, template = route.split()

    response = world.send("manager", method, ids.path(template), body)

    made = done(response, 201)
    assert response.headers["location"] == f"{location}{made['id']}"


VERSIONED = [
    ("PATCH", "/api/projects/{id}", {"priority": "high"}, "manager"),
    ("DELETE", "/api/projects/{id}", None, "manager"),
    ("PATCH", "/api/milestones/{id}", {"name": "Other"}, "manager"),
    ("DELETE", "/api/milestones/{id}", None, "manager"),
    ("PATCH", "/api/tasks/{id}", {"title": "Other"}, "member"),
    ("DELETE", "/api/tasks/{id}", None, "manager"),
    ("PATCH", "/api/comments/{id}", {"body": "Other"}, "member"),
    ("DELETE", "/api/comments/{id}", None, "member"),
    ("PATCH", "/api/time-entries/{id}", {"minutes": 5}, "member"),
    ("DELETE", "/api/time-entries/{id}", None, "member"),
    ("PATCH", "/api/messages/{id}", {"body": "Other"}, "member"),
    ("DELETE", "/api/messages/{id}", None, "member"),
    ("PATCH", "/api/invoices/{id}", {"due_on": DAY}, "manager"),
    ("POST", "/api/invoices/{id}/issue", {}, "manager"),
    ("POST", "/api/invoices/{id}/void", {}, "manager"),
    ("PATCH", "/api/users/{id}", {"weekly_minutes": 60}, "admin"),
    ("POST", "/api/users/{id}/deactivate", {}, "admin"),
]


@pytest.mark.parametrize("change", VERSIONED, ids=lambda change: f"{change[0]} {change[1]}")
def test_a_change_based_on_an_older_version_is_412_and_changes_nothing(
    world: World, ids: Ids, change: tuple[str, str, Any, str]
) -> None:
    method, path, body, role = change
    stale = world.send(role, method, ids.path(path), body, if_match='"2-00000000"')

    refused(stale, 412)
    assert stale.headers["etag"].startswith('"1')
    fresh = world.send(role, method, ids.path(path), body, if_match='"1-00000000"')
    assert fresh.status_code == (204 if method == "DELETE" else 200)
    if method != "DELETE":
        assert fresh.json()["version"] == 2


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.parametrize("topic", ["tasks", "comments", "messages", "time-entries"])
def test_what_is_deleted_does_not_exist(world: World, ids: Ids, topic: str, method: str) -> None:
    path = f"/api/{topic}/{ids[topic]}"
    role = "manager" if topic == "tasks" else "member"
    change = {"tasks": {"title": "X"}, "time-entries": {"minutes": 5}}.get(topic, {"body": "X"})
    done(world.send(role, "DELETE", path), 204)

    refused(world.send(role, method, path, change if method == "PATCH" else None), 404)


def test_a_task_is_created_with_all_that_was_said(world: World, ids: Ids) -> None:
    body = {
        "title": "Everything",
        "due_on": DAY,
        "description": "Long",
        "status": "done",
        "priority": "urgent",
        "estimate_minutes": 90,
        "assignee_id": world.users["member"],
        "milestone_id": ids["milestones"],
    }

    made = done(world.send("manager", "POST", ids.path("/api/projects/{id}/tasks"), body), 201)

    (row,) = world.server.rows(
        "SELECT title, due_on, description, status, priority, estimate_minutes, assignee_id, milestone_id"
        f" FROM tasks WHERE id = {made['id']}"
    )
    assert row == body
    assert made["completed_at"]
    assert world.told("member")[-1] == {
        "kind": "task_assigned",
        "body": "You were given the task Everything.",
        "project_id": ids["projects"],
    }


@pytest.mark.parametrize(
    ("change", "action"),
    [
        ({"status": "in_progress"}, "moved"),
        ({"status": "done"}, "completed"),
        ({"title": "Other"}, "changed"),
        ({"assignee_id": None, "estimate_minutes": 5}, "changed"),
    ],
)
def test_a_change_is_recorded_with_what_was_and_is(
    world: World, ids: Ids, change: dict[str, Any], action: str
) -> None:
    path = ids.path("/api/tasks/{id}")
    (before,) = world.server.rows(
        f"SELECT status, title, assignee_id, estimate_minutes FROM tasks WHERE id = {ids['tasks']}"
    )

    done(world.send("manager", "PATCH", path, change))

    (recorded,) = world.activity("task", ids["tasks"])
    assert recorded["actor_id"] == world.users["manager"]
    assert recorded["action"] == action
    assert recorded["changes"] == {field: [before[field], value] for field, value in change.items()}


def test_a_change_that_changes_nothing_is_not_recorded(world: World, ids: Ids) -> None:
    done(world.send("member", "PATCH", ids.path("/api/tasks/{id}"), {"title": "Task"}))

    assert world.activity("task", ids["tasks"]) == []


def test_a_task_done_is_told_its_manager_and_can_be_reopened(world: World, ids: Ids) -> None:
    path = ids.path("/api/tasks/{id}")

    assert done(world.send("member", "PATCH", path, {"status": "done"}))["completed_at"]
    assert world.told("manager")[-1]["kind"] == "task_done"
    assert done(world.send("member", "PATCH", path, {"status": "todo"}))["completed_at"] is None
    assert [each["action"] for each in world.activity("task", ids["tasks"])] == ["completed", "reopened"]


def test_a_moved_task_leaves_its_milestone_and_both_projects_show_it(world: World, ids: Ids) -> None:
    there = world.project()
    path = ids.path("/api/tasks/{id}")
    done(world.send("member", "PATCH", path, {"milestone_id": ids["milestones"]}))
    for project in (ids, there):
        assert world.get("member", project.path("/api/projects/{id}"))["tasks"]["total"] == 1

    moved = done(world.send("member", "PATCH", path, {"project_id": there["projects"]}))

    assert (moved["project_id"], moved["milestone_id"]) == (there["projects"], None)
    totals = [world.get("member", each.path("/api/projects/{id}"))["tasks"]["total"] for each in (ids, there)]
    assert totals == [0, 2]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"assignee_id": "newcomer"}, "assignee_id"),
        ({"assignee_id": 2**62}, "assignee_id"),
        ({"milestone_id": 2**62}, "milestone_id"),
        ({"project_id": 2**62}, "project_id"),
        ({"title": "\0"}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"due_on": "2026-02-30"}, "due_on"),
        ({"due_on": "9999999-01-01"}, "due_on"),
        ({"estimate_minutes": 2**40}, "estimate_minutes"),
        ({"estimate_minutes": 0}, "estimate_minutes"),
        ({"status": None}, "status"),
        ({}, None),
    ],
)
def test_a_change_that_does_not_fit_is_422_and_changes_nothing(
    world: World, ids: Ids, change: dict[str, Any], field: str | None
) -> None:
    change = {name: world.users.get(str(value), value) for name, value in change.items()}
    row = f"SELECT tasks FROM tasks WHERE id = {ids['tasks']}"
    before = world.server.sql(row)

    refused(world.send("member", "PATCH", ids.path("/api/tasks/{id}"), change), 422, field)

    assert world.server.sql(row) == before


def test_the_dashboard_shows_what_was_written(world: World, ids: Ids) -> None:
    def dashboard() -> UserDashboard:
        return msgspec.json.decode(
            world.send("member", "GET", "/api/dashboards/user").content, type=UserDashboard
        )

    before = dashboard()
    today = str(before.today)
    entry = {"project_id": ids["projects"], "entry_date": today, "minutes": 25}
    made = done(world.send("member", "POST", "/api/time-entries", entry), 201)
    task = {"title": "Due", "due_on": today, "assignee_id": world.users["member"]}
    done(world.send("manager", "POST", ids.path("/api/projects/{id}/tasks"), task), 201)
    after = dashboard()

    assert after.week.minutes == before.week.minutes + 25
    assert after.due_count == before.due_count + 1
    assert after.unread_count == before.unread_count + 1
    done(world.send("member", "DELETE", f"/api/time-entries/{made['id']}"), 204)
    assert dashboard().week.minutes == before.week.minutes
    last = after.notifications[0].id
    counts = done(world.send("member", "POST", "/api/notifications/read", {"up_to": last}))
    assert counts == {"read_count": after.unread_count, "unread_count": 0}
    assert dashboard().unread_count == 0


def test_logged_time_keeps_the_rate_of_its_day(world: World, ids: Ids) -> None:
    user, entry = world.users["member"], {"project_id": ids["projects"], "entry_date": DAY, "minutes": 60}
    done(world.send("admin", "PATCH", f"/api/users/{user}", {"hourly_rate": 80}))
    first = done(world.send("member", "POST", "/api/time-entries", entry), 201)
    done(world.send("admin", "PATCH", f"/api/users/{user}", {"hourly_rate": "95.5"}))
    second = done(world.send("member", "POST", "/api/time-entries", entry), 201)

    corrected = done(world.send("member", "PATCH", f"/api/time-entries/{first['id']}", {"minutes": 30}))

    assert [each["hourly_rate"] for each in (first, second, corrected)] == [80, 95.5, 80]


def test_a_thread_is_unread_by_those_told_until_they_read_it(world: World, ids: Ids) -> None:
    body = {
        "subject": "Plan",
        "body": "One",
        "participant_ids": [world.users["member"], world.users["client"]],
    }
    thread = done(world.send("manager", "POST", ids.path("/api/projects/{id}/threads"), body), 201)
    path = f"/api/threads/{thread['id']}"
    second = done(world.send("member", "POST", f"{path}/messages", {"body": "Two"}), 201)
    third = done(world.send("client", "POST", f"{path}/messages", {"body": "Three"}), 201)

    unread = {
        row["user_id"]: row["first_unread_id"]
        for row in world.server.rows(
            f"SELECT user_id, first_unread_id FROM thread_participants WHERE thread_id = {thread['id']}"
        )
    }
    assert unread == {
        world.users["manager"]: second["id"],
        world.users["member"]: thread["message"]["id"],
        world.users["client"]: thread["message"]["id"],
    }
    up_to = {"up_to": second["id"]}
    assert done(world.send("manager", "POST", f"{path}/read", up_to))["first_unread_id"] == third["id"]
    assert done(world.send("manager", "POST", f"{path}/read", {}))["first_unread_id"] is None
    assert world.told("manager")[-1]["kind"] == "message"


def test_only_those_who_see_a_project_can_take_part(world: World, ids: Ids) -> None:
    body = {"subject": "Plan", "body": "One", "participant_ids": [world.users["stranger"]]}

    refused(
        world.send("manager", "POST", ids.path("/api/projects/{id}/threads"), body), 422, "participant_ids"
    )


def test_a_project_changes_its_status_and_everybody_on_it_is_told(world: World, ids: Ids) -> None:
    before = world.get("client", ids.path("/api/projects/{id}"))

    done(world.send("manager", "PATCH", ids.path("/api/projects/{id}"), {"status": "on_hold"}))

    assert before["status"] == "active"
    assert world.get("client", ids.path("/api/projects/{id}"))["status"] == "on_hold"
    for role in ("member", "client"):
        assert world.told(role)[-1]["body"].endswith("is now on hold.")
    (recorded,) = world.activity("project", ids["projects"])
    assert (recorded["action"], recorded["changes"]) == ("moved", {"status": ["active", "on_hold"]})


def test_a_deleted_project_takes_its_tasks_with_it(world: World, ids: Ids) -> None:
    done(world.send("manager", "DELETE", ids.path("/api/projects/{id}")), 204)

    for role, path in [("admin", "/api/projects/{id}"), ("member", "/api/projects/{id}/tasks")]:
        refused(world.send(role, "GET", ids.path(path)), 404)
    refused(world.send("member", "PATCH", ids.path("/api/tasks/{id}"), {"title": "X"}), 404)
    left = f"SELECT count(*) FROM tasks WHERE project_id = {ids['projects']} AND deleted_at IS NULL"
    assert world.server.sql(left) == "0"


def test_an_invoice_from_draft_to_paid(world: World, ids: Ids) -> None:
    path = f"/api/projects/{ids['projects']}/invoices"
    draft = done(world.send("manager", "POST", path, {"items": ITEMS, "due_on": "2027-03-01"}), 201)
    invoice = f"/api/invoices/{draft['id']}"

    assert (draft["status"], draft["number"], draft["amount"]) == ("draft", None, 190.25)
    changed = done(world.send("manager", "PATCH", invoice, {"items": ITEMS[:1]}))
    assert (changed["amount"], [item["amount"] for item in changed["items"]]) == (200.25, [200.25])
    issued = done(world.send("manager", "POST", f"{invoice}/issue"))
    assert (issued["status"], issued["due_on"]) == ("sent", "2027-03-01")
    assert world.told("client")[-1]["body"].startswith(f"Invoice {issued['number']} of 200.25 EUR")
    part = {"amount": "100.25", "paid_on": DAY, "method": "bank_transfer", "reference": "R"}
    assert done(world.send("admin", "POST", f"{invoice}/payments", part), 201)["invoice_status"] == "sent"
    refused(world.send("admin", "POST", f"{invoice}/payments", part), 422, "amount")
    rest = done(world.send("admin", "POST", f"{invoice}/payments", part | {"amount": 100}), 201)
    assert (rest["invoice_status"], rest["invoice_paid_amount"]) == ("paid", 200.25)
    assert world.told("manager")[-1]["kind"] == "invoice"
    actions = [each["action"] for each in world.activity("invoice", draft["id"])]
    assert actions == ["created", "changed", "issued", "paid"]


@pytest.mark.parametrize(
    ("steps", "last"),
    [
        (["void"], "void"),
        (["void"], "issue"),
        (["void"], "payments"),
        (["void"], "change"),
        (["issue"], "issue"),
        (["issue"], "change"),
        (["issue", "payments"], "void"),
        ([], "payments"),
    ],
)
def test_what_an_invoice_cannot_become_is_409(world: World, ids: Ids, steps: list[str], last: str) -> None:
    path = ids.path("/api/invoices/{id}")

    def step(name: str) -> Any:
        if name == "change":
            return world.send("manager", "PATCH", path, {"due_on": DAY})
        body = {"amount": 1, "paid_on": DAY, "method": "card"} if name == "payments" else {}
        return world.send("manager", "POST", f"{path}/{name}", body)

    for name in steps:
        done(step(name), 201 if name == "payments" else 200)

    refused(step(last), 409)


def test_a_paid_invoice_is_refunded_by_a_negative_payment(world: World, ids: Ids) -> None:
    path = ids.path("/api/invoices/{id}")
    done(world.send("manager", "POST", f"{path}/issue"))
    full = {"amount": 100, "paid_on": DAY, "method": "card"}
    done(world.send("manager", "POST", f"{path}/payments", full), 201)

    back = done(world.send("manager", "POST", f"{path}/payments", full | {"amount": -100}), 201)

    assert (back["invoice_status"], back["invoice_paid_amount"]) == ("sent", 0)
    assert done(world.send("manager", "POST", f"{path}/void"))["status"] == "void"


@pytest.mark.parametrize(
    ("items", "field"),
    [
        ([], "items"),
        ([{"description": "A", "quantity": 0, "unit_price": 1}], "items[0].quantity"),
        ([{"description": "A", "quantity": 1, "unit_price": "1.001"}], "items[0].unit_price"),
        ([{"description": "A", "quantity": 1, "unit_price": "1e999999"}], "items[0].unit_price"),
        ([{"description": "A", "quantity": 1, "unit_price": -1}], "items"),
        ([{"description": "A", "quantity": 10_000_000, "unit_price": 10_000_000}], None),
    ],
)
def test_items_that_do_not_add_up_are_422(world: World, ids: Ids, items: Any, field: str | None) -> None:
    path = ids.path("/api/projects/{id}/invoices")

    refused(world.send("manager", "POST", path, {"items": items}), 422, field)


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"email": "manager"}, 409, "email"),
        ({"time_zone": "Mars/Olympus"}, 422, "time_zone"),
        ({"role": "client"}, 422, "client_id"),
        ({"client_id": 2**62, "role": "client"}, 422, "client_id"),
        ({"email": "nobody"}, 422, "email"),
        ({"hourly_rate": -1}, 422, "hourly_rate"),
    ],
)
def test_a_user_that_cannot_be_is_refused(
    world: World, ids: Ids, change: dict[str, Any], status: int, field: str
) -> None:
    if change.get("email") == "manager":
        change = {"email": f"MANAGER@{world.mark}.example"}

    refused(world.send("admin", "PATCH", ids.path("/api/users/{id}"), change), status, field)


def test_an_admin_cannot_lock_the_last_door(world: World) -> None:
    own = f"/api/users/{world.users['admin']}"

    refused(world.send("admin", "POST", f"{own}/deactivate"), 409)
    refused(world.send("admin", "PATCH", own, {"role": "team_member"}), 409)


def test_a_changed_name_shows_on_the_pages_that_say_it(world: World, ids: Ids) -> None:
    path = ids.path("/api/projects/{id}")
    world.get("member", path)

    name = {"name": f"Renamed {world.mark}"}
    done(world.send("admin", "PATCH", f"/api/users/{world.users['manager']}", name))

    assert world.get("member", path)["manager"]["name"] == name["name"]


def test_a_member_is_one_once(world: World, ids: Ids) -> None:
    path = ids.path("/api/projects/{id}/members")

    refused(world.send("manager", "POST", path, {"user_id": world.users["member"]}), 409)
    refused(world.send("manager", "POST", path, {"email": "nobody@nowhere.example"}), 422, "email")
    refused(world.send("manager", "POST", path, {"user_id": world.users["client"]}), 422, "user_id")
    refused(world.send("manager", "POST", path, {}), 422)
    refused(world.send("manager", "DELETE", f"{path}/{world.users['newcomer']}"), 404)


def test_a_milestone_is_completed_reopened_and_deleted_without_its_tasks(world: World, ids: Ids) -> None:
    path = ids.path("/api/milestones/{id}")
    task = {"milestone_id": ids["milestones"]}
    done(world.send("member", "PATCH", ids.path("/api/tasks/{id}"), task))

    assert done(world.send("manager", "PATCH", path, {"completed": True}))["completed_at"]
    assert done(world.send("manager", "PATCH", path, {"completed": False}))["completed_at"] is None
    done(world.send("manager", "DELETE", path), 204)

    actions = [each["action"] for each in world.activity("milestone", ids["milestones"])]
    assert actions == ["completed", "reopened", "deleted"]
    left = f"SELECT milestone_id IS NULL AND deleted_at IS NULL FROM tasks WHERE id = {ids['tasks']}"
    assert world.server.sql(left) == "t"


def test_an_archived_client_gets_no_new_projects(world: World) -> None:
    client = done(world.send("manager", "POST", "/api/clients", {"name": "C", "industry": "x"}), 201)
    path = f"/api/clients/{client['id']}"
    project = {"name": "P", "client_id": client["id"], "starts_on": DAY, "due_on": DAY, "budget": 1}

    assert done(world.send("manager", "PATCH", path, {"archived": True}))["archived_at"]
    refused(world.send("manager", "POST", "/api/projects", project), 422, "client_id")
    assert done(world.send("manager", "PATCH", path, {"archived": False}))["archived_at"] is None
    done(world.send("manager", "POST", "/api/projects", project), 201)
