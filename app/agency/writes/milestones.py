"""Milestones: create, change, complete, reopen, delete."""

from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from app.agency import permissions
from app.agency.shapes.bodies import Nothing
from app.agency.shapes.milestones import MilestoneChange, NewMilestone, WrittenMilestone
from app.agency.tags import ProjectTags, touched_by_task
from app.agency.writes.facts import project_facts
from app.database.queries import queries
from app.http import requests
from app.http.problems import not_found
from app.http.routing import Endpoint
from app.writing.write import Write, begin


class MilestoneFacts(NamedTuple):
    """A milestone's project."""

    caller: int
    role: str
    project: int
    version: int
    manager: int
    client: int

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of a change: the same as for an unassigned task."""
        return touched_by_task(ProjectTags(self.project, self.manager, self.client), people=())


async def _facts(write: Write[Any], milestone: int) -> MilestoneFacts:
    facts = MilestoneFacts(*await write.facts(queries.milestone_for_change, milestone))
    if facts.project is None:
        raise not_found()
    permissions.lead(facts.role, facts.caller, facts.manager)
    return facts


async def create(request: Request) -> Response:
    """Respond with a new milestone of a project."""
    number = requests.path_id(request)
    write = await begin(request, NewMilestone)

    async def attempt() -> Any:
        facts = await project_facts(write, number)
        permissions.lead(facts.role, facts.caller, facts.manager)
        tags = touched_by_task(facts.project_tags, people=())
        return await write.change(
            tags, queries.create_milestone, *(facts.caller, *write.keep, number, write.fields)
        )

    return await write.respond(attempt, status=201, location="/api/milestones/{id}")


async def change(request: Request) -> Response:
    """Respond with the changed milestone."""
    number = requests.path_id(request)
    write = await begin(request, MilestoneChange)

    async def attempt() -> Any:
        facts = await _facts(write, number)
        version = write.expected(facts.version)
        return await write.change(
            facts.tags, queries.change_milestone, *(facts.caller, number, version, write.fields)
        )

    return await write.respond(attempt)


async def delete(request: Request) -> Response:
    """Respond with 204; the milestone is deleted, and its tasks have none."""
    number = requests.path_id(request)
    write = await begin(request, Nothing)

    async def attempt() -> Any:
        facts = await _facts(write, number)
        version = write.expected(facts.version)
        return await write.change(
            facts.tags,
            queries.delete_milestone,
            *(facts.caller, number, version),
            lock=queries.lock_milestone,
            row_id=number,
        )

    return await write.respond(attempt, status=204)


ROUTES = (
    Endpoint(
        method="POST",
        path="/api/projects/{id}/milestones",
        serve=create,
        summary="Add a milestone to a project",
        tag="milestones",
        body=NewMilestone,
        response=WrittenMilestone,
        status=201,
        headers=("Idempotency-Key",),
        sends=("Location",),
        errors=(403, 409),
    ),
    Endpoint(
        method="PATCH",
        path="/api/milestones/{id}",
        serve=change,
        summary="Change, complete or reopen a milestone",
        tag="milestones",
        body=MilestoneChange,
        response=WrittenMilestone,
        headers=("If-Match",),
        errors=(403, 409, 412),
    ),
    Endpoint(
        method="DELETE",
        path="/api/milestones/{id}",
        serve=delete,
        summary="Delete a milestone",
        tag="milestones",
        status=204,
        headers=("If-Match",),
        errors=(403, 409, 412),
    ),
)
