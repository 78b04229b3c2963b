"""Whose statements are run: those of a request, by its route and by the id that the edge gave it."""

from starlette.requests import Request

from app.database.timings import ASKER, Asker
from app.http.routing import Endpoint


def note_asker(request: Request, endpoint: Endpoint) -> None:
    """Whatever the task of this request does from now on is counted as the endpoint's."""
    ASKER.set(Asker(f"{endpoint.method} {endpoint.path}", request.headers.get("x-request-id", "")))
