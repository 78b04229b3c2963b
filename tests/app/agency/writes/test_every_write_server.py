"""What every write does, on a deployed server: shapes, locations, versions, deletion."""

from typing import Any

import msgspec
import pytest

from app.agency.shapes.clients import WrittenClient
from app.agency.shapes.comments import WrittenComment
from app.agency.shapes.invoices import WrittenInvoice
from app.agency.shapes.members import WrittenMember
from app.agency.shapes.milestones import WrittenMilestone
from app.agency.shapes.notifications import ReadCounts
from app.agency.shapes.projects import WrittenProject
from app.agency.shapes.tasks import Task
from app.agency.shapes.threads import ReadUpTo, WrittenMessage, WrittenThread
from app.agency.shapes.time import WrittenTimeEntry
from app.agency.shapes.users import WrittenToken, WrittenUser
from tests.app.support.world import Ids, World
from tests.app.support.written import DAY, ITEMS, done, refused

pytestmark = pytest.mark.server


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
def test_a_response_matches_its_shape(world: World, ids: Ids, name: str) -> None:
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
def test_a_created_resource_has_its_location(
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
def test_a_deleted_resource_is_404(world: World, ids: Ids, topic: str, method: str) -> None:
    path = f"/api/{topic}/{ids[topic]}"
    role = "manager" if topic == "tasks" else "member"
    change = {"tasks": {"title": "X"}, "time-entries": {"minutes": 5}}.get(topic, {"body": "X"})
    done(world.send(role, "DELETE", path), 204)

    refused(world.send(role, method, path, change if method == "PATCH" else None), 404)
