"""Every error response as application/problem+json (RFC 9457)."""

import logging
from http import HTTPStatus
from typing import Any, cast

import msgspec
from psycopg import InterfaceError, OperationalError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

RETRY_AFTER_S = "1"

log = logging.getLogger("bantam.problems")


class ProblemDocument(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """An error: one sentence in `detail`, and the invalid parameter, header or key in `field`."""

    type: str
    title: str
    status: int
    detail: str
    field: str | None = None


class Problem(Exception):  # noqa: N818  (named by RFC 9457)
    """A request to reject with `status` and one sentence; `field` names the invalid part."""

    def __init__(
        self, status: int, detail: str, *, field: str | None = None, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.field = field
        self.headers = headers or {}


def not_found() -> Problem:
    """Return the 404 for what does not exist or, indistinguishably, is not visible to the caller."""
    return Problem(404, "Not found, or not visible to you.")


def unauthorized() -> Problem:
    """Return the 401 for a missing, malformed, unknown, expired or revoked token."""
    return Problem(401, "A valid bearer token is required.", headers={"www-authenticate": "Bearer"})


def respond(
    status: int, detail: str, *, field: str | None = None, headers: dict[str, str] | None = None
) -> Response:
    """Return a problem document as a response."""
    return Response(
        msgspec.json.encode(ProblemDocument("about:blank", HTTPStatus(status).phrase, status, detail, field)),
        status,
        headers={"cache-control": "no-store", **(headers or {})},
        media_type="application/problem+json",
    )


async def on_problem(_request: Request, error: Exception) -> Response:
    """Respond to a request that the app rejected."""
    error = cast("Problem", error)
    headers = {503: {"retry-after": RETRY_AFTER_S}}.get(error.status, error.headers)
    return respond(error.status, error.detail, field=error.field, headers=headers)


async def on_http_exception(_request: Request, error: Exception) -> Response:
    """Respond to a request that Starlette rejected: unknown path, or method not allowed."""
    error = cast("HTTPException", error)
    details = {404: "There is nothing at this path.", 405: "This path does not support that method."}
    return respond(
        error.status_code, details.get(error.status_code, error.detail), headers=dict(error.headers or {})
    )


async def on_database_unavailable(request: Request, error: Exception) -> Response:
    """Respond while the database is down, restarting, or has no free connection in time."""
    log.warning("503: %s (request %s)", type(error).__name__, _id(request))
    return respond(
        503, "The database is unavailable at the moment; try again.", headers={"retry-after": RETRY_AFTER_S}
    )


async def on_failure(request: Request, error: Exception) -> Response:
    """Respond to an unexpected error; Starlette raises it again, so the log has its traceback."""
    log.error("500: %s (request %s)", type(error).__name__, _id(request))
    return respond(500, "The request failed because of a server error.")


def _id(request: Request) -> str:
    """Return the id that the edge gave the request."""
    return request.headers.get("x-request-id", "-")


HANDLERS: dict[Any, Any] = {
    Problem: on_problem,
    HTTPException: on_http_exception,
    OperationalError: on_database_unavailable,
    InterfaceError: on_database_unavailable,
    Exception: on_failure,
}
