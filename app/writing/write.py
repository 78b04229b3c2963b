"""
A write: read the facts, mark the tags, change rows in one conditional statement, renew the tags, respond.

The tags of a change must be marked before it commits, so the facts are read first. The statement then only
matches rows for which the facts are still true; if it matches none, the facts are read again.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec
from psycopg import DatabaseError, InterfaceError, OperationalError
from psycopg.errors import DataError, DeadlockDetected, IntegrityError, UniqueViolation
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from app.cache.touches import Touched
from app.database.lane import Row
from app.database.outcomes import outcome_unknown
from app.database.queries import queries
from app.database.sql import Sql
from app.http import etags, requests
from app.http.authentication import Token, bearer
from app.http.problems import Problem, unauthorized
from app.http.responses import JsonBytes
from app.services import Services, services_of
from app.writing import idempotency
from app.writing.constraints import Constraints, refusal
from app.writing.idempotency import IdempotencyKey

ATTEMPTS = 5
FORGET_BATCH = 1000
# The beginning of the JSON of every resource with an ETag.
ENTITY = re.compile(rb'\{"id":(?P<id>\d+),(?:"version":(?P<version>\d+))?')
# Numbers as PostgreSQL writes them, so that unchanged values compare equal in field_changes().
_json = msgspec.json.Encoder(decimal_format="number")

log = logging.getLogger("bantam.writes")

Body = TypeVar("Body", bound=msgspec.Struct)
Attempt = Callable[[], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Write(Generic[Body]):
    """A write request: its token, body, the versions from If-Match, and the idempotency key."""

    request: Request
    services: Services
    token: Token
    body: Body
    versions: frozenset[int] | None
    once: IdempotencyKey | None

    @property
    def keep(self) -> tuple[str | None, bytes | None]:
        """Idempotency key and request hash, under which the statement stores its response."""
        return (None, None) if self.once is None else (self.once.key, self.once.digest)

    @property
    def fields(self) -> str:
        """The body's fields as JSON, without those that a change leaves out."""
        return fields(self.body)

    async def facts(self, query: Sql, *parameters: object) -> Row:
        """Return the row of a query whose first parameter is the token; Problem 401 if that is invalid."""
        row = await self.services.database.fetch_row(query, self.token.digest, *parameters)
        if row is None:
            raise unauthorized()
        return row

    def expected(self, current: int) -> int | None:
        """Return the version that the statement must match, None for any; Problem 412 if If-Match differs."""
        if self.versions is None:
            return None
        if current not in self.versions:
            raise Problem(412, "It has been changed since; read it again.", headers={"etag": f'"{current}"'})
        return current

    async def change(
        self,
        tags: Sequence[str],
        query: Sql,
        *parameters: object,
        lock: Sql | None = None,
        row_id: int = 0,
    ) -> Any:
        """
        Run and commit a statement; return its first column, None if it matched nothing. Renews `tags`.

        With `lock`, a statement that locks row `row_id` first, it sees everything committed under that row.
        """
        database = self.services.database

        async def write(touched: Touched) -> Row | None:
            if lock is None:
                return await database.write(query, *parameters, on_notice=touched.on_notice)
            return await database.write_locking(lock, row_id, query, *parameters, on_notice=touched.on_notice)

        return await self._changed(tags, write)

    async def _changed(self, tags: Sequence[str], write: Callable[[Touched], Awaitable[Row | None]]) -> Any:
        reported: list[str] = []

        async def guarded(touched: Touched) -> Row | None:
            try:
                row = await write(touched)
            except (OperationalError, InterfaceError, asyncio.CancelledError) as error:
                touched.in_doubt = outcome_unknown(error)
                raise
            reported.extend(touched.tags)
            return row

        row = await self.services.cache.store.change(tags, guarded)
        if row is None:
            return None
        self.services.cache.lately.touched((*tags, *reported))
        return row[0]

    async def respond(self, attempt: Attempt, *, status: int = 200, location: str | None = None) -> Response:
        """
        Respond with the JSON that an attempt returned, or with the stored response for the idempotency key.

        An attempt that returns None lost a race and is retried; `{id}` in `location` is the new row's id.
        """
        for _ in range(ATTEMPTS):
            if (replay := await self._replay(location)) is not None:
                return replay
            try:
                done = await _tried(attempt, self.services.constraints)
            except Problem:
                # The conflict may be the same request, committed at the same moment.
                if (replay := await self._replay(location)) is not None:
                    return replay
                raise
            if done is not None:
                response = self._response(done, status, location)
                if self.once is not None and self.once.sweeps:
                    response.background = BackgroundTask(_forget, self.services)
                return response
        raise Problem(409, "Others were changing it at the same time; try again.")

    async def _replay(self, location: str | None) -> Response | None:
        """Return the stored response for the idempotency key, None if there is none."""
        if self.once is None:
            return None
        digest, status, body = await self.facts(queries.stored_answer, self.once.key)
        if digest is None:
            return None
        self.once.same_request(digest)
        response = self._response(body, status, location)
        response.headers["idempotency-replayed"] = "true"
        return response

    def _response(self, body: bytes, status: int, location: str | None) -> Response:
        if status == 204:
            return Response(status_code=204, headers={"cache-control": "no-store"})
        response = JsonBytes(body, status=status)
        entity = ENTITY.match(body)
        if entity is not None and location is not None:
            response.raw_headers.append((b"location", location.format(id=int(entity["id"])).encode()))
        if entity is not None and entity["version"] is not None:
            etags.tag(self.request, response, int(entity["version"]))
        return response


async def _tried(attempt: Attempt, constraints: Constraints) -> Any:
    """Return the result of an attempt, None if it lost a race; Problem if it violates a constraint."""
    try:
        return await attempt()
    except UniqueViolation as error:
        # The same request committed at the same moment; this one has been rolled back.
        if error.diag.constraint_name == "idempotency_keys_pkey":
            return None
        raise refusal(error, constraints) from None
    except DeadlockDetected:
        return None
    except (IntegrityError, DataError) as error:
        raise refusal(error, constraints) from None


def fields(body: object) -> str:
    """Return the JSON of a body or a part of it, as a parameter for a statement."""
    return _json.encode(body).decode()


async def begin(request: Request, shape: type[Body]) -> Write[Body]:
    """Parse a write request; Problem 401, 413, 415 or 422 before the database is queried."""
    services = services_of(request)
    token = bearer(request)
    versions = etags.if_match(request)
    whole = await requests.received(request, services.http.body_limit_bytes)
    once = idempotency.once(request, whole) if request.method == "POST" else None
    return Write(request, services, token, requests.body(whole, shape), versions, once)


async def _forget(services: Services) -> None:
    """Delete expired idempotency keys, more than keyed writes add in the meantime."""
    try:
        await services.database.write(queries.forget_idempotency_keys, FORGET_BATCH)
    except DatabaseError as error:
        log.warning("expired idempotency keys were not deleted: %s", type(error).__name__)
