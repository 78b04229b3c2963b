"""Members of a project: invite, remove."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.agency import permissions
from app.agency.shapes.bodies import Nothing
from app.agency.shapes.members import Invitation, WrittenMember
from app.agency.tags import touched_by_member
from app.agency.writes.facts import project_facts
from app.database.queries import queries
from app.http import requests
from app.http.problems import Problem, not_found
from app.http.routing import Endpoint
from app.writing.write import Write, begin


async def _invited(write: Write[Invitation]) -> int:
    """Return the invited user; Problem 422 if they do not exist or cannot be a member."""
    body = write.body
    row = await write.services.database.fetch_row(queries.invite_member, body.email, body.user_id)
    field = "email" if body.user_id is None else "user_id"
    if row is None:
        raise Problem(422, "There is no such active user.", field=field)
    user, role = row
    if role == "client":
        raise Problem(422, "Users of a client see its projects without being members.", field=field)
    return int(user)


async def invite(request: Request) -> Response:
    """Respond with a new member, who is notified; 409 if the user already is a member."""
    number = requests.path_id(request)
    write = await begin(request, Invitation)

    async def attempt() -> Any:
        facts = await project_facts(write, number)
        permissions.lead(facts.role, facts.caller, facts.manager)
        user = await _invited(write)
        if user in facts.staff and user != facts.manager:
            raise Problem(409, "This user already is a member.")
        return await write.change(
            touched_by_member(facts.project_tags, user),
            queries.add_member,
            *(facts.caller, *write.keep, number, user),
        )

    return await write.respond(attempt, status=201)


async def remove(request: Request) -> Response:
    """Respond with 204; the user no longer sees the project."""
    number = requests.path_id(request)
    user = requests.path_id(request, "user")
    write = await begin(request, Nothing)

    async def attempt() -> Any:
        facts = await project_facts(write, number)
        permissions.lead(facts.role, facts.caller, facts.manager)
        removed = await write.change(
            touched_by_member(facts.project_tags, user), queries.remove_member, facts.caller, number, user
        )
        if removed is None:
            raise not_found()
        return removed

    return await write.respond(attempt, status=204)


ROUTES = (
    Endpoint(
        method="POST",
        path="/api/projects/{id}/members",
        serve=invite,
        summary="Add a member to a project",
        tag="projects",
        body=Invitation,
        response=WrittenMember,
        status=201,
        headers=("Idempotency-Key",),
        errors=(403, 409),
    ),
    Endpoint(
        method="DELETE",
        path="/api/projects/{id}/members/{user}",
        serve=remove,
        summary="Remove a member from a project",
        tag="projects",
        status=204,
        errors=(403, 409),
    ),
)
