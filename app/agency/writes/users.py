"""Users, by admins: create, change, deactivate, activate."""

from typing import Any, NamedTuple

from msgspec import UNSET
from starlette.requests import Request
from starlette.responses import Response

from app.agency import permissions
from app.agency.shapes.bodies import Nothing
from app.agency.shapes.users import NewUser, UserChange, WrittenUser
from app.agency.tags import touched_by_user
from app.agency.writes.facts import caller_facts
from app.database.queries import queries
from app.http import requests
from app.http.problems import Problem, not_found
from app.http.routing import Endpoint
from app.writing.write import Write, begin


class UserFacts(NamedTuple):
    """A user, for admins: their valid tokens, and the projects whose pages show their name."""

    caller: int
    role: str
    id: int
    version: int
    client: int | None
    active: bool
    leads: bool
    tokens: list[str]
    projects: list[int]

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of a change of this user."""
        return touched_by_user(self.id, self.tokens, self.projects)


async def _facts(write: Write[Any], user: int) -> UserFacts:
    facts = UserFacts(*await write.facts(queries.user_for_change, user))
    permissions.admin(facts.role)
    if facts.id is None:
        raise not_found()
    return facts


async def create(request: Request) -> Response:
    """Respond with a new user, who has no token yet."""
    write = await begin(request, NewUser)

    async def attempt() -> Any:
        facts = await caller_facts(write)
        permissions.admin(facts.role)
        return await write.change((), queries.create_user, facts.caller, *write.keep, write.fields)

    return await write.respond(attempt, status=201, location="/api/users/{id}")


async def change(request: Request) -> Response:
    """Respond with the changed user; a new role applies from the next request on."""
    number = requests.path_id(request)
    write = await begin(request, UserChange)

    async def attempt() -> Any:
        facts = await _facts(write, number)
        version = write.expected(facts.version)
        if facts.id == facts.caller and write.body.role not in {UNSET, "admin"}:
            raise Problem(409, "You cannot remove your own admin role; ask another admin.")
        if facts.leads and write.body.role in {"team_member", "client"}:
            raise Problem(409, "This person leads projects that have not ended; hand those over first.")
        return await write.change(
            facts.tags, queries.change_user, facts.caller, number, version, write.fields
        )

    return await write.respond(attempt)


async def deactivate(request: Request) -> Response:
    """Respond with the user, whose tokens are revoked."""
    return await _set_active(request, active=False)


async def activate(request: Request) -> Response:
    """Respond with the user, who may have tokens again."""
    return await _set_active(request, active=True)


async def revoke_tokens(request: Request) -> Response:
    """Respond with 204; all tokens of the user are revoked."""
    number = requests.path_id(request)
    write = await begin(request, Nothing)

    async def attempt() -> Any:
        facts = await _facts(write, number)
        return await write.change(facts.tags, queries.revoke_tokens_of_user, facts.caller, number)

    return await write.respond(attempt, status=204)


async def _set_active(request: Request, *, active: bool) -> Response:
    number = requests.path_id(request)
    write = await begin(request, Nothing)

    async def attempt() -> Any:
        facts = await _facts(write, number)
        version = write.expected(facts.version)
        if facts.id == facts.caller:
            raise Problem(409, "You cannot deactivate yourself; ask another admin.")
        return await write.change(
            facts.tags, queries.set_user_active, facts.caller, *write.keep, number, version, active
        )

    return await write.respond(attempt)


ROUTES = (
    Endpoint(
        method="POST",
        path="/api/users",
        serve=create,
        summary="Create a user",
        tag="users",
        body=NewUser,
        response=WrittenUser,
        status=201,
        headers=("Idempotency-Key",),
        sends=("Location",),
        errors=(403, 409),
    ),
    Endpoint(
        method="PATCH",
        path="/api/users/{id}",
        serve=change,
        summary="Change a user",
        tag="users",
        body=UserChange,
        response=WrittenUser,
        headers=("If-Match",),
        errors=(403, 409, 412),
    ),
    Endpoint(
        method="POST",
        path="/api/users/{id}/deactivate",
        serve=deactivate,
        summary="Deactivate a user",
        tag="users",
        body=Nothing,
        response=WrittenUser,
        headers=("If-Match", "Idempotency-Key"),
        errors=(403, 409, 412),
    ),
    Endpoint(
        method="POST",
        path="/api/users/{id}/activate",
        serve=activate,
        summary="Reactivate a user",
        tag="users",
        body=Nothing,
        response=WrittenUser,
        headers=("If-Match", "Idempotency-Key"),
        errors=(403, 409, 412),
    ),
    Endpoint(
        method="DELETE",
        path="/api/users/{id}/tokens",
        serve=revoke_tokens,
        summary="Revoke all tokens of a user",
        tag="users",
        status=204,
        errors=(403, 409),
    ),
)
