"""The unchanged app on the bench's own socket, with one extra route: a constant of a given size."""

import sys

from starlette.requests import Request
from starlette.responses import Response

from app import __main__, application
from app.http.responses import JsonBytes
from app.http.routing import Endpoint

CONSTANTS: dict[int, bytes] = {}


async def constant(request: Request) -> Response:
    """Return prepared bytes, through the same server, routing and response class as every read."""
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
        response=None,
        public=True,
    ),
)
sys.exit(__main__.main())
