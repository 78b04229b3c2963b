"""Conversations: begin, reply, edit, take back, have read; and notifications that were read."""

from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from app import allowed, inputs
from app.cache_policy import touched_by_reading, touched_by_talk
from app.problems import Problem, not_found
from app.queries import queries
from app.routes import Endpoint
from app.shapes_writes import NewThread, Nothing, NotificationsRead, Text, ThreadRead
from app.shapes_written import ReadCounts, ReadUpTo, WrittenMessage, WrittenThread
from app.write_facts import ProjectFacts, caller_facts, project_facts
from app.writes import Write, begin


class ThreadFacts(NamedTuple):
    """A conversation and who takes part in it."""

    caller: int
    role: str
    project: int
    participants: list[int]


class MessageFacts(NamedTuple):
    """Who said it, and where."""

    caller: int
    role: str
    author: int
    project: int
    version: int


async def _thread(write: Write[Any], thread: int) -> ThreadFacts:
    facts = ThreadFacts(*await write.facts(queries.thread_for_change, thread))
    if facts.project is None:
        raise not_found()
    return facts


async def _own(write: Write[Any], message: int) -> MessageFacts:
    facts = MessageFacts(*await write.facts(queries.message_for_change, message))
    if facts.project is None:
        raise not_found()
    allowed.own(facts.caller, facts.author)
    return facts


def _participants(named: list[int] | None, project: ProjectFacts) -> list[int]:
    """Return whom to tell; Problem 422 for somebody who does not see the project."""
    if named is not None and not set(named) <= set(project.everybody):
        raise Problem(
            422, "A participant is neither staff of the project nor its client.", field="participant_ids"
        )
    return project.others(named)


async def start(request: Request) -> Response:
    """Answer with a new conversation; its participants are told."""
    number = inputs.path_id(request)
    write = await begin(request, NewThread)
    body = write.body

    async def attempt() -> Any:
        facts = await project_facts(write, number)
        told = _participants(body.participant_ids, facts)
        return await write.change(
            touched_by_talk(facts.id, (facts.caller, *told)),
            queries.start_thread,
            *(facts.caller, *write.keep, number, body.subject, body.body, told),
        )

    return await write.answer(attempt, status=201, location="/api/threads/{id}")


async def reply(request: Request) -> Response:
    """Answer with a new message; the other participants are told."""
    number = inputs.path_id(request)
    write = await begin(request, Text)

    async def attempt() -> Any:
        facts = await _thread(write, number)
        told = sorted({*facts.participants} - {facts.caller})
        return await write.change(
            touched_by_talk(facts.project, (facts.caller, *told)),
            queries.reply,
            *(facts.caller, *write.keep, number, write.body.body, told),
        )

    return await write.answer(attempt, status=201, location="/api/messages/{id}")


async def edit(request: Request) -> Response:
    """Answer with the caller's own message in its new words."""
    number = inputs.path_id(request)
    write = await begin(request, Text)

    async def attempt() -> Any:
        facts = await _own(write, number)
        version = write.expected(facts.version)
        return await write.change(
            touched_by_talk(facts.project, ()),
            queries.change_message,
            *(facts.caller, number, version, write.body.body),
        )

    return await write.answer(attempt)


async def delete(request: Request) -> Response:
    """Answer nothing; the caller's own message is taken back."""
    number = inputs.path_id(request)
    write = await begin(request, Nothing)

    async def attempt() -> Any:
        facts = await _own(write, number)
        version = write.expected(facts.version)
        return await write.change(
            touched_by_talk(facts.project, ()), queries.delete_message, *(facts.caller, number, version)
        )

    return await write.answer(attempt, status=204)


async def read_thread(request: Request) -> Response:
    """Answer with what is still unread of a conversation; who takes no part has nothing to read."""
    number = inputs.path_id(request)
    write = await begin(request, ThreadRead)

    async def attempt() -> Any:
        facts = await _thread(write, number)
        return await write.change(
            touched_by_reading(facts.caller),
            queries.read_thread,
            *(facts.caller, *write.keep, number, write.body.up_to),
        )

    return await write.answer(attempt)


async def read_notifications(request: Request) -> Response:
    """Answer with how many of the caller's notifications are read now, and how many are left."""
    write = await begin(request, NotificationsRead)

    async def attempt() -> Any:
        facts = await caller_facts(write)
        return await write.change(
            touched_by_reading(facts.caller),
            queries.read_notifications,
            *(facts.caller, *write.keep, write.body.ids, write.body.up_to),
        )

    return await write.answer(attempt)


ROUTES = (
    Endpoint(
        method="POST",
        path="/api/projects/{id}/threads",
        serve=start,
        summary="Begin a conversation",
        tag="messages",
        body=NewThread,
        answer=WrittenThread,
        status=201,
        headers=("Idempotency-Key",),
        refusals=(409,),
    ),
    Endpoint(
        method="POST",
        path="/api/threads/{id}/messages",
        serve=reply,
        summary="Reply",
        tag="messages",
        body=Text,
        answer=WrittenMessage,
        status=201,
        headers=("Idempotency-Key",),
        refusals=(409,),
    ),
    Endpoint(
        method="PATCH",
        path="/api/messages/{id}",
        serve=edit,
        summary="Edit one's own message",
        tag="messages",
        body=Text,
        answer=WrittenMessage,
        headers=("If-Match",),
        refusals=(403, 409, 412),
    ),
    Endpoint(
        method="DELETE",
        path="/api/messages/{id}",
        serve=delete,
        summary="Take one's own message back",
        tag="messages",
        status=204,
        headers=("If-Match",),
        refusals=(403, 409, 412, 422),
    ),
    Endpoint(
        method="POST",
        path="/api/threads/{id}/read",
        serve=read_thread,
        summary="Have read a conversation",
        tag="messages",
        body=ThreadRead,
        answer=ReadUpTo,
        headers=("Idempotency-Key",),
        refusals=(409,),
    ),
    Endpoint(
        method="POST",
        path="/api/notifications/read",
        serve=read_notifications,
        summary="Have read notifications",
        tag="notifications",
        body=NotificationsRead,
        answer=ReadCounts,
        headers=("Idempotency-Key",),
        refusals=(409,),
    ),
)
