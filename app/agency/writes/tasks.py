"""Tasks: create, change, move, complete, reopen, delete."""

import dataclasses
import logging
from typing import Any, NamedTuple

from msgspec import UNSET
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response

from app.agency import permissions
from app.agency.shapes.bodies import Nothing
from app.agency.shapes.tasks import NewTask, Task, TaskChange
from app.agency.tags import ProjectTags, touched_by_task
from app.agency.writes.facts import assignable, named_project, project_facts
from app.database.queries import queries
from app.http import requests
from app.http.problems import Problem, not_found
from app.http.routing import Endpoint
from app.writing.write import Write, begin

log = logging.getLogger("bantam.tasks")


class TaskFacts(NamedTuple):
    """A task's project and assignee."""

    caller: int
    role: str
    project: int
    assignee: int | None
    version: int
    manager: int
    client: int

    @property
    def project_tags(self) -> ProjectTags:
        """Its project's tags for the cache."""
        return ProjectTags(self.project, self.manager, self.client)


async def task_facts(write: Write[Any], task: int) -> TaskFacts:
    """Return the facts of a task; Problem 404 if the caller does not see it."""
    facts = TaskFacts(*await write.facts(queries.task_for_change, task))
    if facts.project is None:
        raise not_found()
    return facts


async def _of_project(write: Write[Any], milestone: object, project: int) -> None:
    """Raise Problem 422 unless the milestone is None or belongs to the project."""
    if not isinstance(milestone, int):
        return
    found = await write.services.database.fetch_row(queries.milestone_of_project, milestone, project)
    if found != (True,):
        raise Problem(422, "The project has no such milestone.", field="milestone_id")


async def create(request: Request) -> Response:
    """Respond with a new task of a project; its assignee is notified."""
    number = requests.path_id(request)
    write = await begin(request, NewTask)

    async def attempt() -> Any:
        facts = await project_facts(write, number)
        permissions.staff(facts.role)
        assignable(facts, write.body.assignee_id)
        await _of_project(write, write.body.milestone_id, facts.id)
        tags = touched_by_task(facts.project_tags, people=(write.body.assignee_id,))
        return await write.change(tags, queries.create_task, facts.caller, *write.keep, number, write.fields)

    return await write.respond(attempt, status=201, location="/api/tasks/{id}")


async def change(request: Request) -> Response:
    """Respond with the changed task; every read that starts after the response sees it."""
    number = requests.path_id(request)
    write = await begin(request, TaskChange)

    async def attempt() -> Any:
        facts = await task_facts(write, number)
        permissions.staff(facts.role)
        version = write.expected(facts.version)
        there, wanted = await _after(write, facts)
        await _of_project(write, wanted.body.milestone_id, there.project)
        people = [facts.assignee, facts.manager if wanted.body.status == "done" else None]
        if isinstance(wanted.body.assignee_id, int):
            people.append(wanted.body.assignee_id)
        return await write.change(
            touched_by_task(facts.project_tags, there, people=people),
            queries.change_task,
            *(facts.caller, number, facts.project, facts.assignee, version, wanted.fields, facts.manager),
        )

    return await write.respond(attempt)


async def _after(write: Write[TaskChange], facts: TaskFacts) -> tuple[ProjectTags, Write[TaskChange]]:
    """Return the target project, and the write adapted to it; Problem 403 or 422 if not allowed."""
    body = write.body
    moves = body.project_id is not UNSET and body.project_id != facts.project
    if not moves and not isinstance(body.assignee_id, int):
        return facts.project_tags, write
    target = await named_project(
        write, body.project_id if isinstance(body.project_id, int) else facts.project
    )
    if target.project_tags.client != facts.project_tags.client:
        # Another company will be able to read it.
        permissions.lead(facts.role, facts.caller, facts.manager)
    assignable(target, facts.assignee if body.assignee_id is UNSET else body.assignee_id)
    if moves and body.milestone_id is UNSET:
        write = replace_body(write, replace(body, milestone_id=None))
    return target.project_tags, write


def replace_body(write: Write[TaskChange], body: TaskChange) -> Write[TaskChange]:
    """Return the same write with another body."""
    return dataclasses.replace(write, body=body)


async def delete(request: Request) -> Response:
    """Respond with 204; the task is deleted."""
    number = requests.path_id(request)
    write = await begin(request, Nothing)

    async def attempt() -> Any:
        facts = await task_facts(write, number)
        permissions.lead(facts.role, facts.caller, facts.manager)
        version = write.expected(facts.version)
        return await write.change(
            touched_by_task(facts.project_tags, people=(facts.assignee,)),
            queries.delete_task,
            *(facts.caller, number, facts.project, facts.assignee, version),
        )

    return await write.respond(attempt, status=204)


ROUTES = (
    Endpoint(
        method="POST",
        path="/api/projects/{id}/tasks",
        serve=create,
        summary="Add a task to a project",
        tag="tasks",
        body=NewTask,
        response=Task,
        status=201,
        headers=("Idempotency-Key",),
        sends=("Location",),
        errors=(403, 409),
    ),
    Endpoint(
        method="PATCH",
        path="/api/tasks/{id}",
        serve=change,
        summary="Change, move, complete or reopen a task",
        tag="tasks",
        body=TaskChange,
        response=Task,
        headers=("If-Match",),
        errors=(403, 409, 412),
    ),
    Endpoint(
        method="DELETE",
        path="/api/tasks/{id}",
        serve=delete,
        summary="Delete a task",
        tag="tasks",
        status=204,
        headers=("If-Match",),
        errors=(403, 409, 412),
    ),
)
