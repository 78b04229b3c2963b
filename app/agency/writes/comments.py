"""Comments on tasks: create, edit, delete."""

from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from app.agency import permissions
from app.agency.shapes.bodies import Nothing, Text
from app.agency.shapes.comments import WrittenComment
from app.agency.tags import touched_by_talk
from app.agency.writes.tasks import task_facts
from app.database.queries import queries
from app.http import requests
from app.http.problems import not_found
from app.http.routing import Endpoint
from app.writing.write import Write, begin


class CommentFacts(NamedTuple):
    """A comment's author, task and project."""

    caller: int
    role: str
    author: int
    project: int
    version: int


async def _own(write: Write[Any], comment: int) -> CommentFacts:
    facts = CommentFacts(*await write.facts(queries.comment_for_change, comment))
    if facts.project is None:
        raise not_found()
    permissions.own(facts.caller, facts.author)
    return facts


async def say(request: Request) -> Response:
    """Respond with a new comment; the task's assignee and the project's manager are notified."""
    number = requests.path_id(request)
    write = await begin(request, Text)

    async def attempt() -> Any:
        facts = await task_facts(write, number)
        told = sorted({facts.assignee or facts.manager, facts.manager} - {facts.caller})
        return await write.change(
            touched_by_talk(told),
            queries.create_comment,
            *(facts.caller, *write.keep, number, facts.project, write.body.body, told),
        )

    return await write.respond(attempt, status=201, location="/api/comments/{id}")


async def edit(request: Request) -> Response:
    """Respond with the caller's own comment with its new text."""
    number = requests.path_id(request)
    write = await begin(request, Text)

    async def attempt() -> Any:
        facts = await _own(write, number)
        version = write.expected(facts.version)
        return await write.change(
            (),
            queries.change_comment,
            *(facts.caller, number, facts.project, version, write.body.body),
        )

    return await write.respond(attempt)


async def delete(request: Request) -> Response:
    """Respond with 204; the caller's own comment is deleted."""
    number = requests.path_id(request)
    write = await begin(request, Nothing)

    async def attempt() -> Any:
        facts = await _own(write, number)
        version = write.expected(facts.version)
        return await write.change(
            (),
            queries.delete_comment,
            *(facts.caller, number, facts.project, version),
        )

    return await write.respond(attempt, status=204)


ROUTES = (
    Endpoint(
        method="POST",
        path="/api/tasks/{id}/comments",
        serve=say,
        summary="Comment on a task",
        tag="comments",
        body=Text,
        response=WrittenComment,
        status=201,
        headers=("Idempotency-Key",),
        sends=("Location",),
        errors=(409,),
    ),
    Endpoint(
        method="PATCH",
        path="/api/comments/{id}",
        serve=edit,
        summary="Edit your own comment",
        tag="comments",
        body=Text,
        response=WrittenComment,
        headers=("If-Match",),
        errors=(403, 409, 412),
    ),
    Endpoint(
        method="DELETE",
        path="/api/comments/{id}",
        serve=delete,
        summary="Delete your own comment",
        tag="comments",
        status=204,
        headers=("If-Match",),
        errors=(403, 409, 412),
    ),
)
