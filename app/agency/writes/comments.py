"""Comments on tasks: create, edit, delete."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.agency.shapes.bodies import Text
from app.agency.shapes.comments import WrittenComment
from app.agency.tags import touched_by_talk
from app.agency.writes.own_words import COMMENTS
from app.agency.writes.tasks import task_facts
from app.database.queries import queries
from app.http import requests
from app.http.routing import Endpoint
from app.writing.write import begin


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
        serve=COMMENTS.edit,
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
        serve=COMMENTS.delete,
        summary="Delete your own comment",
        tag="comments",
        status=204,
        headers=("If-Match",),
        errors=(403, 409, 412),
    ),
)
