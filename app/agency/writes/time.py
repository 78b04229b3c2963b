"""Time: log, correct, delete."""

from typing import Any, NamedTuple

from msgspec import UNSET
from starlette.requests import Request
from starlette.responses import Response

from app.agency import permissions
from app.agency.shapes.bodies import Nothing
from app.agency.shapes.time import NewTimeEntry, TimeEntryChange, WrittenTimeEntry
from app.agency.tags import ProjectTags, touched_by_time
from app.agency.writes.facts import named_project
from app.database.queries import queries
from app.http import requests
from app.http.problems import Problem, not_found
from app.http.routing import Endpoint
from app.writing.write import Write, begin


class EntryFacts(NamedTuple):
    """A time entry's user, project and task."""

    caller: int
    role: str
    owner: int
    project: int
    version: int
    manager: int
    client: int

    @property
    def project_tags(self) -> ProjectTags:
        """Its project's tags for the cache."""
        return ProjectTags(self.project, self.manager, self.client)


async def _facts(write: Write[Any], entry: int) -> EntryFacts:
    facts = EntryFacts(*await write.facts(queries.time_entry_for_change, entry))
    if facts.project is None:
        raise not_found()
    permissions.staff(facts.role)
    if facts.caller != facts.owner:
        permissions.lead(facts.role, facts.caller, facts.manager)
    return facts


async def _of_project(write: Write[Any], task: object, project: int) -> None:
    if not isinstance(task, int):
        return
    found = await write.services.database.fetch_row(queries.task_of_project, task, project)
    if found != (True,):
        raise Problem(422, "The project has no such task.", field="task_id")


async def log(request: Request) -> Response:
    """Respond with the caller's new time entry."""
    write = await begin(request, NewTimeEntry)
    body = write.body

    async def attempt() -> Any:
        facts = await named_project(write, body.project_id)
        permissions.staff(facts.role)
        await _of_project(write, body.task_id, facts.id)
        return await write.change(
            touched_by_time(facts.project_tags, facts.caller),
            queries.create_time_entry,
            *(facts.caller, *write.keep, facts.id, write.fields),
        )

    return await write.respond(attempt, status=201, location="/api/time-entries/{id}")


async def correct(request: Request) -> Response:
    """Respond with the corrected time entry: the caller's own, or one of a project that they lead."""
    number = requests.path_id(request)
    write = await begin(request, TimeEntryChange)

    async def attempt() -> Any:
        facts = await _facts(write, number)
        version = write.expected(facts.version)
        if write.body.task_id is not UNSET:
            await _of_project(write, write.body.task_id, facts.project)
        return await write.change(
            touched_by_time(facts.project_tags, facts.owner),
            queries.change_time_entry,
            *(facts.caller, number, facts.project, version, write.fields),
        )

    return await write.respond(attempt)


async def delete(request: Request) -> Response:
    """Respond with 204; the time entry is deleted."""
    number = requests.path_id(request)
    write = await begin(request, Nothing)

    async def attempt() -> Any:
        facts = await _facts(write, number)
        version = write.expected(facts.version)
        return await write.change(
            touched_by_time(facts.project_tags, facts.owner),
            queries.delete_time_entry,
            *(facts.caller, number, facts.project, version),
        )

    return await write.respond(attempt, status=204)


ROUTES = (
    Endpoint(
        method="POST",
        path="/api/time-entries",
        serve=log,
        summary="Log time",
        tag="time",
        body=NewTimeEntry,
        response=WrittenTimeEntry,
        status=201,
        headers=("Idempotency-Key",),
        sends=("Location",),
        errors=(403, 409),
    ),
    Endpoint(
        method="PATCH",
        path="/api/time-entries/{id}",
        serve=correct,
        summary="Correct logged time",
        tag="time",
        body=TimeEntryChange,
        response=WrittenTimeEntry,
        headers=("If-Match",),
        errors=(403, 409, 412),
    ),
    Endpoint(
        method="DELETE",
        path="/api/time-entries/{id}",
        serve=delete,
        summary="Delete logged time",
        tag="time",
        status=204,
        headers=("If-Match",),
        errors=(403, 409, 412),
    ),
)
