"""Conversations: start, reply, mark as read."""

from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from app.agency.shapes.bodies import Text
from app.agency.shapes.threads import NewThread, ReadUpTo, ThreadRead, WrittenMessage, WrittenThread
from app.agency.tags import touched_by_reading, touched_by_talk
from app.agency.writes.facts import ProjectFacts, project_facts
from app.database.queries import queries
from app.http import requests
from app.http.problems import Problem, not_found
from app.http.routing import Endpoint
from app.writing.write import Write, begin


class ThreadFacts(NamedTuple):
    """A conversation and its participants."""

    caller: int
    role: str
    project: int
    participants: list[int]


async def _thread(write: Write[Any], thread: int) -> ThreadFacts:
    facts = ThreadFacts(*await write.facts(queries.thread_for_change, thread))
    if facts.project is None:
        raise not_found()
    return facts


def _participants(named: list[int] | None, project: ProjectFacts) -> list[int]:
    """Return the users to notify; Problem 422 for one who cannot see the project."""
    if named is not None and not set(named) <= set(project.everybody):
        raise Problem(
            422, "A participant is neither on the project's staff nor of its client.", field="participant_ids"
        )
    return project.others(named)


async def start(request: Request) -> Response:
    """Respond with a new conversation; its participants are notified."""
    number = requests.path_id(request)
    write = await begin(request, NewThread)
    body = write.body

    async def attempt() -> Any:
        facts = await project_facts(write, number)
        told = _participants(body.participant_ids, facts)
        return await write.change(
            touched_by_talk((facts.caller, *told)),
            queries.start_thread,
            *(facts.caller, *write.keep, number, body.subject, body.body, told),
        )

    return await write.respond(attempt, status=201, location="/api/threads/{id}")


async def reply(request: Request) -> Response:
    """Respond with a new message; the other participants are notified."""
    number = requests.path_id(request)
    write = await begin(request, Text)

    async def attempt() -> Any:
        facts = await _thread(write, number)
        told = sorted({*facts.participants} - {facts.caller})
        return await write.change(
            touched_by_talk((facts.caller, *told)),
            queries.reply,
            *(facts.caller, *write.keep, number, write.body.body, told),
        )

    return await write.respond(attempt, status=201, location="/api/messages/{id}")


async def read_thread(request: Request) -> Response:
    """Respond with the first unread message of a conversation, null if there is none."""
    number = requests.path_id(request)
    write = await begin(request, ThreadRead)

    async def attempt() -> Any:
        facts = await _thread(write, number)
        return await write.change(
            touched_by_reading(facts.caller),
            queries.read_thread,
            *(facts.caller, *write.keep, number, write.body.up_to),
        )

    return await write.respond(attempt)


ROUTES = (
    Endpoint(
        method="POST",
        path="/api/projects/{id}/threads",
        serve=start,
        summary="Start a conversation",
        tag="messages",
        body=NewThread,
        response=WrittenThread,
        status=201,
        headers=("Idempotency-Key",),
        sends=("Location",),
        errors=(409,),
    ),
    Endpoint(
        method="POST",
        path="/api/threads/{id}/messages",
        serve=reply,
        summary="Reply",
        tag="messages",
        body=Text,
        response=WrittenMessage,
        status=201,
        headers=("Idempotency-Key",),
        sends=("Location",),
        errors=(409,),
    ),
    Endpoint(
        method="POST",
        path="/api/threads/{id}/read",
        serve=read_thread,
        summary="Mark a conversation as read",
        tag="messages",
        body=ThreadRead,
        response=ReadUpTo,
        headers=("Idempotency-Key",),
        errors=(409,),
    ),
)
