"""The caller's own messages: edit, delete."""

from app.agency.shapes.bodies import Text
from app.agency.shapes.threads import WrittenMessage
from app.agency.writes.own_words import MESSAGES
from app.http.routing import Endpoint

ROUTES = (
    Endpoint(
        method="PATCH",
        path="/api/messages/{id}",
        serve=MESSAGES.edit,
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
        serve=MESSAGES.delete,
        summary="Delete your own message",
        tag="messages",
        status=204,
        headers=("If-Match",),
        errors=(403, 409, 412),
    ),
)
