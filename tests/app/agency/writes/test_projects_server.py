"""Writes to projects, their members, milestones and conversations, on a deployed server."""

# ruff: noqa: S608  (the numbers and names are the tests' own)

import pytest

from tests.app.support.world import Ids, World
from tests.app.support.written import done, refused

pytestmark = pytest.mark.server


def test_a_thread_is_unread_by_notified_users_until_they_read_it(world: World, ids: Ids) -> None:
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


def test_a_projects_new_status_notifies_everybody_on_it(world: World, ids: Ids) -> None:
    before = world.get("client", ids.path("/api/projects/{id}"))

    done(world.send("manager", "PATCH", ids.path("/api/projects/{id}"), {"status": "on_hold"}))

    assert before["status"] == "active"
    assert world.get("client", ids.path("/api/projects/{id}"))["status"] == "on_hold"
    for role in ("member", "client"):
        assert world.told(role)[-1]["body"].endswith("is now on hold.")
    (recorded,) = world.activity("project", ids["projects"])
    assert (recorded["action"], recorded["changes"]) == ("moved", {"status": ["active", "on_hold"]})


def test_a_deleted_project_deletes_its_tasks_and_has_nothing_unread(world: World, ids: Ids) -> None:
    done(world.send("manager", "PATCH", ids.path("/api/projects/{id}"), {"status": "on_hold"}))
    unread = world.get("client", "/api/dashboards/user")["unread_count"]
    done(world.send("manager", "DELETE", ids.path("/api/projects/{id}")), 204)

    for role, path in [("admin", "/api/projects/{id}"), ("member", "/api/projects/{id}/tasks")]:
        refused(world.send(role, "GET", ids.path(path)), 404)
    refused(world.send("member", "PATCH", ids.path("/api/tasks/{id}"), {"title": "X"}), 404)
    left = f"SELECT count(*) FROM tasks WHERE project_id = {ids['projects']} AND deleted_at IS NULL"
    assert world.server.sql(left) == "0"
    assert world.get("client", "/api/dashboards/user")["unread_count"] == unread - 1


def test_a_project_with_sent_or_paid_invoices_is_not_deleted(world: World, ids: Ids) -> None:
    path, invoice = ids.path("/api/projects/{id}"), ids.path("/api/invoices/{id}")
    done(world.send("manager", "POST", f"{invoice}/issue", {}))
    refused(world.send("manager", "DELETE", path), 409)

    payment = {"amount": 100, "paid_on": "2026-11-23", "method": "card"}
    done(world.send("manager", "POST", f"{invoice}/payments", payment), 201)
    refused(world.send("admin", "DELETE", path), 409)

    assert world.get("client", invoice)["status"] == "paid"
    assert world.get("member", path)["status"] == "active"
    assert world.activity("project", ids["projects"]) == []
    tasks = f"SELECT count(*) FROM tasks WHERE project_id = {ids['projects']} AND deleted_at IS NULL"
    assert world.server.sql(tasks) == "1"


def test_a_project_whose_invoices_are_void_is_deleted(world: World, ids: Ids) -> None:
    for action in ("issue", "void"):
        done(world.send("manager", "POST", ids.path("/api/invoices/{id}/") + action, {}))

    done(world.send("manager", "DELETE", ids.path("/api/projects/{id}")), 204)


def test_a_member_is_added_only_once(world: World, ids: Ids) -> None:
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
