"""
A write's way: read the facts, mark the tags, change by one conditional statement, renew the tags, answer.

Whom a change touches must be marked before it commits, so the facts are read first, and the statement then
only finds rows to which they still apply; if it finds none, the facts are read again.
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
from app.http import etags, requests
from app.http.authentication import Token, bearer
from app.http.problems import Problem, unauthorized
from app.http.responses import JsonBytes
from app.services import Services, services_of
from app.writing import idempotency
from app.writing.constraints import Constraints, refusal
from app.writing.idempotency import IdempotencyKey

ATTEMPTS = 5
FORGET_AT_ONCE = 1000
# How the JSON of everything that has an ETag begins.
ENTITY = re.compile(rb'\{"id":(?P<id>\d+),(?:"version":(?P<version>\d+))?')
# A number as PostgreSQL writes it, so that what did not change compares equal in field_changes().
_json = msgspec.json.Encoder(decimal_format="number")

log = logging.getLogger("bantam.writes")

Body = TypeVar("Body", bound=msgspec.Struct)
Attempt = Callable[[], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Write(Generic[Body]):
    """What a request to write says: whose token, which body, based on which versions, under which key."""

    request: Request
    services: Services
    token: Token
    body: Body
    versions: frozenset[int] | None
    once: IdempotencyKey | None

    @property
    def keep(self) -> tuple[str | None, bytes | None]:
        """Key and request hash, for the statement to keep its answer under."""
        return (None, None) if self.once is None else (self.once.key, self.once.digest)

    @property
    def fields(self) -> str:
        """The body's fields as JSON, without those that a change does not mention."""
        return fields(self.body)

    async def facts(self, query: bytes, *parameters: object) -> Row:
        """Return what a query says that begins with the caller's token; Problem 401 if that is not good."""
        row = await self.services.database.read(query, self.token.digest, *parameters)
        if row is None:
            raise unauthorized()
        return row

    def expected(self, current: int) -> int | None:
        """Return the version that the statement must find, None for any; Problem 412 if it is another."""
        if self.versions is None:
            return None
        if current not in self.versions:
            raise Problem(412, "It was changed meanwhile; read it again.", headers={"etag": f'"{current}"'})
        return current

    async def change(
        self,
        tags: Sequence[str],
        query: bytes,
        *parameters: object,
        lock: bytes | None = None,
        row_id: int = 0,
    ) -> Any:
        """
        Return the first column of a committed statement, None if it found nothing; `tags` are renewed.

        With `lock`, a statement that locks the row `row_id`, nobody has added to it when this one begins.
        """
        database = self.services.database

        async def write(touched: Touched) -> Row | None:
            if lock is None:
                return await database.write(query, *parameters, heard=touched.hear)
            return await database.write_locking(lock, row_id, query, *parameters, heard=touched.hear)

        return await self._changed(tags, write)

    async def _changed(self, tags: Sequence[str], write: Callable[[Touched], Awaitable[Row | None]]) -> Any:
        told: list[str] = []

        async def listening(touched: Touched) -> Row | None:
            try:
                row = await write(touched)
            except (OperationalError, InterfaceError, asyncio.CancelledError) as error:
                touched.in_doubt = outcome_unknown(error)
                raise
            told.extend(touched.tags)
            return row

        row = await self.services.cache.store.change(tags, listening)
        if row is None:
            return None
        self.services.cache.lately.touched((*tags, *told))
        return row[0]

    async def answer(self, attempt: Attempt, *, status: int = 200, location: str | None = None) -> Response:
        """
        Answer with the JSON that an attempt returned, or with the one kept for the request's key.

        An attempt that returns None lost a race and is made again; `{id}` in `location` is what was made.
        """
        for _ in range(ATTEMPTS):
            if (again := await self._again(location)) is not None:
                return again
            try:
                done = await _tried(attempt, self.services.constraints)
            except Problem:
                # What makes it impossible may be the same request, answered at the same moment.
                if (again := await self._again(location)) is not None:
                    return again
                raise
            if done is not None:
                response = self._respond(done, status, location)
                if self.once is not None and self.once.sweeps:
                    response.background = BackgroundTask(_forget, self.services)
                return response
        raise Problem(409, "Others were changing the same at the same time; try again.")

    async def _again(self, location: str | None) -> Response | None:
        """Return the answer that was kept for the request's key, None if there is none."""
        if self.once is None:
            return None
        digest, status, body = await self.facts(queries.stored_answer, self.once.key)
        if digest is None:
            return None
        self.once.same_request(digest)
        response = self._respond(body, status, location)
        response.headers["idempotency-replayed"] = "true"
        return response

    def _respond(self, body: bytes, status: int, location: str | None) -> Response:
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
    """Return what an attempt made, None if it lost a race; Problem for what a constraint forbids."""
    try:
        return await attempt()
    except UniqueViolation as error:
        # The same request was being answered at the same moment: everything of this one is undone.
        if error.diag.constraint_name == "idempotency_keys_pkey":
            return None
        raise refusal(error, constraints) from None
    except DeadlockDetected:
        return None
    except (IntegrityError, DataError) as error:
        raise refusal(error, constraints) from None


def fields(body: object) -> str:
    """Return the JSON of a body or a part of it, for a statement to take apart."""
    return _json.encode(body).decode()


async def begin(request: Request, shape: type[Body]) -> Write[Body]:
    """Return what the request says; Problem 401, 413 or 422 before anything is read from the database."""
    services = services_of(request)
    token = bearer(request)
    versions = etags.if_match(request)
    whole = await requests.received(request, services.http.body_limit_bytes)
    once = idempotency.once(request, whole) if request.method == "POST" else None
    return Write(request, services, token, requests.body(whole, shape), versions, once)


async def _forget(services: Services) -> None:
    """Delete some keys whose day is over: more than keyed writes add in the meantime."""
    try:
        await services.database.write(queries.forget_idempotency_keys, FORGET_AT_ONCE)
    except DatabaseError as error:
        log.warning("idempotency keys were not forgotten: %s", type(error).__name__)
