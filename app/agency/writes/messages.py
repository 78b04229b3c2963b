"""The caller's own messages: edit, delete."""

from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from app.agency import permissions
from app.agency.shapes.bodies import Nothing, Text
from app.agency.shapes.threads import WrittenMessage
from app.database.queries import queries
from app.http import requests
from app.http.problems import not_found
from app.http.routing import Endpoint
from app.writing.write import Write, begin


class MessageFacts(NamedTuple):
    """A message's author, thread and project."""

    caller: int
    role: str
    author: int
    project: int
    version: int


async def _own(write: Write[Any], message: int) -> MessageFacts:
    facts = MessageFacts(*await write.facts(queries.message_for_change, message))
    if facts.project is None:
        raise not_found()
    permissions.own(facts.caller, facts.author)
    return facts


async def edit(request: Request) -> Response:
    """Respond with the caller's own message with its new text."""
    number = requests.path_id(request)
    write = await begin(request, Text)

    async def attempt() -> Any:
        facts = await _own(write, number)
        version = write.expected(facts.version)
        return await write.change(
            (),
            queries.change_message,
            *(facts.caller, number, version, write.body.body),
        )

    return await write.respond(attempt)


async def delete(request: Request) -> Response:
    """Respond with 204; the caller's own message is deleted."""
    number = requests.path_id(request)
    write = await begin(request, Nothing)

    async def attempt() -> Any:
        facts = await _own(write, number)
        version = write.expected(facts.version)
        return await write.change((), queries.delete_message, *(facts.caller, number, version))

    return await write.respond(attempt, status=204)


ROUTES = (
    Endpoint(
        method="PATCH",
        path="/api/messages/{id}",
        serve=edit,
        summary="Edit your own message",
        tag="messages",
        body=Text,
        response=WrittenMessage,
        headers=("If-Match",),
        errors=(403, 409, 412),
    ),
    Endpoint(
        method="DELETE",
        path="/api/messages/{id}",
        serve=delete,
        summary="Delete your own message",
        tag="messages",
        status=204,
        headers=("If-Match",),
        errors=(403, 409, 412),
    ),
)
