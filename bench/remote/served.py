"""The app as it is, on a socket of the bench's own, with one more route: a constant of so many bytes."""

import sys

from starlette.requests import Request
from starlette.responses import Response

from app import __main__, application
from app.http.responses import JsonBytes
from app.http.routing import Endpoint

CONSTANTS: dict[int, bytes] = {}


async def constant(request: Request) -> Response:
    """Answer with ready bytes, through the same server, routing and answer as every read."""
    size = int(request.path_params["bytes"])
    return JsonBytes(CONSTANTS.setdefault(size, b"x" * size), "hit")


application.ENDPOINTS = (
    *application.ENDPOINTS,
    Endpoint(
        method="GET",
        path="/constant/{bytes}",
        serve=constant,
        summary="So many bytes",
        tag="bench",
        answer=None,
        public=True,
    ),
)
sys.exit(__main__.main())
