"""GET /openapi.json and GET /docs: both generated once, when the process starts."""

from collections.abc import Iterable

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.http import openapi
from app.http.api_page import POLICY, page
from app.http.openapi import About
from app.http.responses import JsonBytes
from app.http.routing import Endpoint


def routes(endpoints: Iterable[Endpoint], about: About) -> tuple[Endpoint, ...]:
    """Return the routes of the OpenAPI document of `endpoints` and of its HTML page."""
    document = openapi.document(endpoints, about)
    encoded = msgspec.json.encode(document)
    written = page(document, about.examples)

    async def openapi_json(_request: Request) -> Response:
        return JsonBytes(encoded)

    async def docs(_request: Request) -> Response:
        return HTMLResponse(written, headers={"content-security-policy": POLICY})

    return (
        Endpoint(
            method="GET",
            path="/openapi.json",
            serve=openapi_json,
            summary="This document",
            tag="health",
            public=True,
        ),
        Endpoint(
            method="GET",
            path="/docs",
            serve=docs,
            summary="This document as a page",
            tag="health",
            public=True,
        ),
    )
