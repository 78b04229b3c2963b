"""Notifications: mark as read."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.agency.shapes.notifications import NotificationsRead, ReadCounts
from app.agency.tags import touched_by_reading
from app.agency.writes.facts import caller_facts
from app.database.queries import queries
from app.http.routing import Endpoint
from app.writing.write import begin


async def read_notifications(request: Request) -> Response:
    """Respond with how many of the caller's notifications were marked as read, and how many are left."""
    write = await begin(request, NotificationsRead)

    async def attempt() -> Any:
        facts = await caller_facts(write)
        return await write.change(
            touched_by_reading(facts.caller),
            queries.read_notifications,
            *(facts.caller, *write.keep, write.body.ids, write.body.up_to),
        )

    return await write.respond(attempt)


ROUTES = (
    Endpoint(
        method="POST",
        path="/api/notifications/read",
        serve=read_notifications,
        summary="Mark notifications as read",
        tag="notifications",
        body=NotificationsRead,
        response=ReadCounts,
        headers=("Idempotency-Key",),
        errors=(409,),
    ),
)
