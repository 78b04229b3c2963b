"""Writes to tasks and time, on a deployed server: the row, the activity, notifications, the cache."""

# ruff: noqa: S608  (the numbers and names are the tests' own)

from typing import Any

import msgspec
import pytest

from app.agency.shapes.dashboard_user import UserDashboard
from tests.app.support.world import Ids, World
from tests.app.support.written import DAY, done, refused

pytestmark = pytest.mark.server


def test_a_task_is_created_with_all_fields(world: World, ids: Ids) -> None:
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
def test_a_change_is_recorded_with_values_before_and_after(
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


def test_a_done_task_notifies_its_manager_and_can_be_reopened(world: World, ids: Ids) -> None:
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
def test_an_invalid_change_is_422_and_changes_nothing(
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
