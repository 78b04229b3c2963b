"""Projects: create, change, delete."""

from typing import Any

from msgspec import UNSET
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response

from app.agency import permissions
from app.agency.shapes.bodies import Nothing
from app.agency.shapes.projects import NewProject, ProjectChange, WrittenProject
from app.agency.tags import ProjectTags, touched_by_project
from app.agency.writes.facts import caller_facts, project_facts
from app.database.queries import queries
from app.http import requests
from app.http.problems import Problem
from app.http.routing import Endpoint
from app.writing.write import Write, begin, fields


async def _parties(write: Write[Any], client: int, manager: int) -> list[int]:
    """Return the client's people; Problem 422 if the client or the manager is not allowed."""
    row = await write.services.database.fetch_row(queries.project_parties, client, manager)
    if row is None or not row[0]:
        raise Problem(422, "There is no such client.", field="client_id")
    if not row[1]:
        raise Problem(422, "Only project managers and admins can lead projects.", field="manager_id")
    people: list[int] = row[2]
    return people


async def create(request: Request) -> Response:
    """Respond with a new project; its manager is notified."""
    write = await begin(request, NewProject)
    client = write.body.client_id

    async def attempt() -> Any:
        facts = await caller_facts(write)
        permissions.leads(facts.role)
        manager = write.body.manager_id or facts.caller
        people = await _parties(write, client, manager)
        # The project has no tag of its own yet.
        tags = (f"manager:{manager}", f"client:{client}", *touched_by_project(people=(manager, *people)))
        wanted = fields(replace(write.body, manager_id=manager))
        return await write.change(tags, queries.create_project, facts.caller, *write.keep, wanted)

    return await write.respond(attempt, status=201, location="/api/projects/{id}")


async def change(request: Request) -> Response:
    """Respond with the changed project; all its people are notified of a new status."""
    number = requests.path_id(request)
    write = await begin(request, ProjectChange)
    body = write.body

    async def attempt() -> Any:
        facts = await project_facts(write, number)
        permissions.lead(facts.role, facts.caller, facts.manager)
        version = write.expected(facts.version)
        people, place = facts.everybody, facts.project_tags
        if isinstance(body.manager_id, int):
            await _parties(write, facts.client, body.manager_id)
            people, place = [*people, body.manager_id], ProjectTags(number, body.manager_id, facts.client)
        told = facts.others(facts.everybody) if body.status is not UNSET else []
        return await write.change(
            touched_by_project(facts.project_tags, place, people=people),
            queries.change_project,
            *(facts.caller, number, facts.manager, version, write.fields, told),
        )

    return await write.respond(attempt)


async def delete(request: Request) -> Response:
    """
    Respond with 204; the project, its milestones and its tasks are deleted, its notifications are read.

    Problem 409 while it has invoices that are sent or paid.
    """
    number = requests.path_id(request)
    write = await begin(request, Nothing)

    async def attempt() -> Any:
        facts = await project_facts(write, number)
        permissions.lead(facts.role, facts.caller, facts.manager)
        version = write.expected(facts.version)
        (concerned,) = await write.services.database.fetch_row(queries.project_concerned, number) or ([],)
        done = await write.change(
            touched_by_project(facts.project_tags, people=(*facts.everybody, *concerned)),
            queries.delete_project,
            *(facts.caller, number, version),
            lock=queries.lock_project,
            row_id=number,
        )
        if done == "billed":
            raise Problem(409, "It has invoices; cancel the project instead.")
        return done

    return await write.respond(attempt, status=204)


ROUTES = (
    Endpoint(
        method="POST",
        path="/api/projects",
        serve=create,
        summary="Create a project",
        tag="projects",
        body=NewProject,
        response=WrittenProject,
        status=201,
        headers=("Idempotency-Key",),
        sends=("Location",),
        errors=(403, 409),
    ),
    Endpoint(
        method="PATCH",
        path="/api/projects/{id}",
        serve=change,
        summary="Change a project or its status",
        tag="projects",
        body=ProjectChange,
        response=WrittenProject,
        headers=("If-Match",),
        errors=(403, 409, 412),
    ),
    Endpoint(
        method="DELETE",
        path="/api/projects/{id}",
        serve=delete,
        summary="Delete a project",
        tag="projects",
        status=204,
        headers=("If-Match",),
        errors=(403, 409, 412),
    ),
)
