"""Every refusal and failure as application/problem+json (RFC 9457)."""

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
    """What a refusal says: one sentence in `detail`, and the parameter or key at fault in `field`."""

    type: str
    title: str
    status: int
    detail: str
    field: str | None = None


class Problem(Exception):  # noqa: N818  (a refusal by RFC 9457, not a fault)
    """A request that is answered with `status` and one sentence; `field` names what was wrong in it."""

    def __init__(
        self, status: int, detail: str, *, field: str | None = None, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.field = field
        self.headers = headers or {}


def not_found() -> Problem:
    """Return the answer for what does not exist and, the same, for what the caller may not see."""
    return Problem(404, "Not found, or not visible to you.")


def unauthorized() -> Problem:
    """Return the answer for a missing, malformed, unknown, expired or revoked token."""
    return Problem(401, "A valid bearer token is needed.", headers={"www-authenticate": "Bearer"})


def respond(
    status: int, detail: str, *, field: str | None = None, headers: dict[str, str] | None = None
) -> Response:
    """Return the problem document of a status."""
    return Response(
        msgspec.json.encode(ProblemDocument("about:blank", HTTPStatus(status).phrase, status, detail, field)),
        status,
        headers={"cache-control": "no-store", **(headers or {})},
        media_type="application/problem+json",
    )


async def on_problem(_request: Request, error: Exception) -> Response:
    """Answer what the app itself refused."""
    error = cast("Problem", error)
    headers = {503: {"retry-after": RETRY_AFTER_S}}.get(error.status, error.headers)
    return respond(error.status, error.detail, field=error.field, headers=headers)


async def on_http_exception(_request: Request, error: Exception) -> Response:
    """Answer what Starlette refused: no such path, a method that the path does not have."""
    error = cast("HTTPException", error)
    details = {404: "There is nothing at this path.", 405: "This path does not have that method."}
    return respond(
        error.status_code, details.get(error.status_code, error.detail), headers=dict(error.headers or {})
    )


async def on_database_away(_request: Request, error: Exception) -> Response:
    """Answer while the database is away, restarting, or too busy to lend a connection in time."""
    log.warning("503: %s", type(error).__name__)
    return respond(
        503, "The database does not answer at the moment; try again.", headers={"retry-after": RETRY_AFTER_S}
    )


async def on_failure(_request: Request, _error: Exception) -> Response:
    """Answer a fault of the app's own; Starlette raises it again, so the log has its traceback."""
    return respond(500, "The request failed by a fault of the server.")


HANDLERS: dict[Any, Any] = {
    Problem: on_problem,
    HTTPException: on_http_exception,
    OperationalError: on_database_away,
    InterfaceError: on_database_away,
    Exception: on_failure,
}
