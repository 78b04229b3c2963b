"""Bearer tokens: create, revoke."""

import re
from hashlib import sha256
from secrets import token_hex
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.agency import permissions
from app.agency.shapes.bodies import Nothing
from app.agency.shapes.users import NewToken, WrittenToken
from app.agency.tags import touched_by_token
from app.agency.writes.facts import caller_facts
from app.database.queries import queries
from app.http.problems import Problem, not_found
from app.http.routing import Endpoint
from app.writing.write import Write, begin

HASH = re.compile("[0-9a-f]{64}")

MOST = 20
"""The most valid tokens of one user; the edge limits the rate of each."""


async def create(request: Request) -> Response:
    """Respond with a new token, shown only now: its hash is stored, and a response without it."""
    write = await begin(request, NewToken)
    body = write.body

    async def attempt() -> Any:
        facts = await caller_facts(write)
        user = body.user_id or facts.caller
        if user != facts.caller:
            permissions.admin(facts.role)
        token = "bt_" + token_hex(32)
        digest = sha256(token.encode()).digest()
        made = await write.change(
            touched_by_token(digest.hex()),
            queries.create_token,
            *(facts.caller, *write.keep, user, digest, body.days, write.token.digest, MOST),
            # Two requests at the same time are counted one after the other.
            lock=queries.lock_user,
            row_id=user,
        )
        if made is None:
            raise await _refusal(write, user)
        return made.replace(b'"token":null', b'"token":"%b"' % token.encode())

    return await write.respond(attempt, status=201)


async def _refusal(write: Write[NewToken], user: int) -> Problem:
    row = await write.services.database.fetch_row(queries.may_have_tokens, user)
    if row == (True,):
        return Problem(409, f"This user already has {MOST} valid tokens; revoke one first.")
    return Problem(422, "There is no such active user.", field="user_id")


async def revoke(request: Request) -> Response:
    """Respond with 204; the token is rejected from now on."""
    name: str = request.path_params["token"]
    write = await begin(request, Nothing)
    if HASH.fullmatch(name) is None:
        raise not_found()
    digest = bytes.fromhex(name)

    async def attempt() -> Any:
        caller, _, owner = await write.facts(queries.token_for_change, digest)
        if owner is None:
            raise not_found()
        return await write.change(touched_by_token(name), queries.revoke_token, caller, digest)

    return await write.respond(attempt, status=204)


ROUTES = (
    Endpoint(
        method="POST",
        path="/api/tokens",
        serve=create,
        summary="Create a token",
        tag="tokens",
        body=NewToken,
        response=WrittenToken,
        status=201,
        headers=("Idempotency-Key",),
        errors=(403, 409),
    ),
    Endpoint(
        method="DELETE",
        path="/api/tokens/{token}",
        serve=revoke,
        summary="Revoke a token",
        tag="tokens",
        status=204,
        errors=(409,),
    ),
)
