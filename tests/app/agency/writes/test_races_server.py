"""Writes to rows that are deleted at the same moment, on a deployed server: nothing is left orphaned."""

# ruff: noqa: S608  (the numbers and names are the tests' own)

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.app.support.world import Ids, World
from tests.app.support.written import DAY, done, refused

pytestmark = pytest.mark.server

WRITERS = 7
ROUNDS = 5


def together(write: Callable[[int], int], delete: Callable[[], int]) -> tuple[list[int], int]:
    """The statuses of writes and of a deletion among them."""
    with ThreadPoolExecutor(WRITERS + 1) as pool:
        first = [pool.submit(write, each) for each in range(WRITERS // 2)]
        deletion = pool.submit(delete)
        rest = [pool.submit(write, each) for each in range(WRITERS // 2, WRITERS)]
        return [each.result() for each in (*first, *rest)], deletion.result()


@pytest.fixture(params=range(ROUNDS))
def fresh(world: World) -> Ids:
    """A project of its own for each round."""
    return world.project()


def test_a_task_is_in_no_milestone_that_is_deleted(world: World, fresh: Ids) -> None:
    body = {"title": "T", "due_on": DAY, "milestone_id": fresh["milestones"]}
    path = fresh.path("/api/projects/{id}/tasks")
    tasks = [
        done(world.send("manager", "POST", path, {"title": "T", "due_on": DAY}), 201)["id"]
        for _ in range(WRITERS)
    ]

    def write(each: int) -> int:
        if each % 2:
            return world.send("manager", "POST", path, body).status_code
        change = {"milestone_id": fresh["milestones"]}
        return world.send("manager", "PATCH", f"/api/tasks/{tasks[each]}", change).status_code

    def delete() -> int:
        return world.send("manager", "DELETE", fresh.path("/api/milestones/{id}")).status_code

    statuses, deleted = together(write, delete)

    assert deleted == 204
    assert set(statuses) <= {200, 201, 422}
    hanging = f"SELECT count(*) FROM tasks WHERE milestone_id = {fresh['milestones']} AND deleted_at IS NULL"
    assert world.server.sql(hanging) == "0"


def test_nothing_is_created_in_a_project_that_is_deleted(world: World, fresh: Ids) -> None:
    elsewhere = world.project()

    def write(each: int) -> int:
        if each % 3 == 0:
            change = {"project_id": fresh["projects"]}
            return world.send("member", "PATCH", elsewhere.path("/api/tasks/{id}"), change).status_code
        topic, body = [("tasks", {"title": "T"}), ("milestones", {"name": "M"})][each % 2]
        path = fresh.path("/api/projects/{id}/") + topic
        return world.send("manager", "POST", path, {**body, "due_on": DAY}).status_code

    def delete() -> int:
        return world.send("manager", "DELETE", fresh.path("/api/projects/{id}")).status_code

    statuses, deleted = together(write, delete)

    assert deleted == 204
    assert set(statuses) <= {200, 201, 404, 422}
    for table in ("tasks", "milestones"):
        left = f"SELECT count(*) FROM {table} WHERE project_id = {fresh['projects']} AND deleted_at IS NULL"
        assert world.server.sql(left) == "0"


def test_no_invoice_is_issued_for_a_project_that_is_deleted(world: World, fresh: Ids) -> None:
    items = [{"description": "Item", "quantity": 1, "unit_price": 10}]
    path = fresh.path("/api/projects/{id}/invoices")
    drafts = [done(world.send("manager", "POST", path, {"items": items}), 201)["id"] for _ in range(WRITERS)]

    def write(each: int) -> int:
        return world.send("manager", "POST", f"/api/invoices/{drafts[each]}/issue", {}).status_code

    def delete() -> int:
        return world.send("manager", "DELETE", fresh.path("/api/projects/{id}")).status_code

    statuses, deleted = together(write, delete)

    count = f"SELECT count(*) FROM invoices WHERE project_id = {fresh['projects']} AND status = 'sent'"
    assert int(world.server.sql(count)) == statuses.count(200)
    assert (deleted, set(statuses)) in ((204, {404}), (409, {200}))


def test_a_comment_is_made_before_its_task_is_deleted_or_not_at_all(world: World, fresh: Ids) -> None:
    def write(_each: int) -> int:
        return world.send("member", "POST", fresh.path("/api/tasks/{id}/comments"), {"body": "C"}).status_code

    def delete() -> int:
        return world.send("manager", "DELETE", fresh.path("/api/tasks/{id}")).status_code

    statuses, deleted = together(write, delete)

    assert deleted == 204
    assert set(statuses) <= {201, 404}
    count = f"SELECT count(*) FROM comments WHERE task_id = {fresh['tasks']} AND body = 'C'"
    assert int(world.server.sql(count)) == statuses.count(201)


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_deleted_milestone_takes_no_task(world: World, ids: Ids, method: str) -> None:
    path = ids.path("/api/projects/{id}/tasks" if method == "POST" else "/api/tasks/{id}")
    new = {"title": "T", "due_on": DAY} if method == "POST" else {}
    done(world.send("manager", "DELETE", ids.path("/api/milestones/{id}")), 204)

    response = world.send("manager", method, path, {**new, "milestone_id": ids["milestones"]})

    refused(response, 422, "milestone_id")
