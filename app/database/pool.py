"""A small pool of connections to PgBouncer, and the ways to run one statement."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from psycopg import AsyncConnection, AsyncRawCursor, OperationalError, capabilities
from psycopg.conninfo import make_conninfo
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from app.database.lane import Connection, Lane, Row, Unanswered
from app.database.outcomes import restarts, was_cut
from app.database.pipelines import Pipelines
from app.database.running import (
    APPLICATION,
    OnNotice,
    adapt,
    one_named_row,
    one_row,
    reporting_notices,
    was_closed,
)
from app.database.sql import Sql
from app.database.timings import ASKER, Timings
from app.settings import DatabaseSettings

CONNECT_TIMEOUT_S = 5
START_TIMEOUT_S = 20
RESERVED_FOR_QUICK = 2
"""Connections that slow reads leave to writes and quick reads."""

POLL_S = 0.2
"""Between two checks whether a restarting server is back."""

PREPARE_AFTER = 5
"""Executions before psycopg prepares a list statement, which takes 250 KB in every server connection."""

LANES = 2
"""Connections of a process that small reads share; its other connections are checked out one by one."""

OPTIONS: dict[str, Any] = {
    "autocommit": True,
    "prepare_threshold": PREPARE_AFTER,
    "cursor_factory": AsyncRawCursor,
}

log = logging.getLogger("bantam.database")


class Database:
    """Each statement is a transaction, unless it locks a row first; PgBouncer tracks prepared statements."""

    def __init__(self, settings: DatabaseSettings, timings: Timings) -> None:
        # Statements are closed by protocol message: PgBouncer does not understand DEALLOCATE.
        capabilities.has_send_close_prepared(check=True)
        self._conninfo = make_conninfo(
            host=settings.host,
            port=settings.port,
            dbname=settings.name,
            user=settings.user,
            application_name=APPLICATION,
            connect_timeout=CONNECT_TIMEOUT_S,
        )
        lanes = min(LANES, settings.pool_max - 1)
        checked_out = settings.pool_max - lanes
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            self._conninfo,
            name="bantam",
            min_size=min(settings.pool_min, checked_out),
            max_size=checked_out,
            timeout=settings.pool_timeout_s,
            kwargs=OPTIONS,
            configure=adapt,
            open=False,
        )
        self._timeout_s = settings.pool_timeout_s
        self._slow_slots = asyncio.Semaphore(max(1, checked_out - RESERVED_FOR_QUICK))
        self._timings = timings
        self._pipelines = Pipelines(
            [Lane(self._connected) for _ in range(lanes)], settings.pool_timeout_s, timings
        )

    async def open(self) -> None:
        """Connect and run a first statement; OperationalError if that takes over 20 s."""
        await self._pool.open(wait=True, timeout=START_TIMEOUT_S)
        await self.answers(START_TIMEOUT_S)

    async def close(self) -> None:
        """Close every connection."""
        await self._pipelines.close()
        await self._pool.close()

    async def answers(self, timeout_s: float) -> None:
        """Run a trivial statement; OperationalError if no connection is free in time."""
        async with self._checked_out(timeout_s) as connection:
            await connection.execute(b"SELECT 1")

    async def fetch_row(self, query: Sql, *parameters: object) -> Row | None:
        """Return the one row of a small query that changes nothing, in a round trip shared with others."""
        with self._timings.timed(query):
            answer = await self._pipelines.submit(query, parameters)
            if isinstance(answer, Unanswered):
                return await self._read_until_it_answers(query, parameters, prepared=True)
            return answer

    async def fetch_row_alone(
        self, query: Sql, *parameters: object, prepared: bool | None = True
    ) -> Row | None:
        """
        Return the one row of a query that changes nothing, on a connection of its own.

        It is retried if its connection was dead, and repeatedly while a server restarts, for as long as a
        read may wait for a connection. A statement that has lost two connections is not tried on a third.

        A query that is not `prepared` is planned each time, for its actual parameters; None prepares it after
        PREPARE_AFTER executions on one connection.
        """
        with self._timings.timed(query):
            return await self._read_until_it_answers(query, parameters, prepared=prepared)

    async def _read_until_it_answers(
        self, query: Sql, parameters: Sequence[object], *, prepared: bool | None
    ) -> Row | None:
        end = time.monotonic() + self._timeout_s
        cut = 0
        while True:
            try:
                return await self._read(query, parameters, prepared=prepared)
            except OperationalError as error:
                cut += was_cut(error)
                if cut > 1 or time.monotonic() > end or not (was_cut(error) or restarts(error)):
                    raise
                # Whatever closed this connection (usually a restart) has closed the idle ones too.
                log.warning("a connection was lost (%s); checking the pool", type(error).__name__)
                await self._pool.check()
                if restarts(error):
                    await asyncio.sleep(POLL_S)

    async def fetch_slow_row(
        self, query: Sql, *parameters: object, prepared: bool | None = True
    ) -> Row | None:
        """
        Do the same as `fetch_row_alone` for a query that may take long.

        Such queries share a part of the connections, so that the rest stay free for quick ones; PoolTimeout
        if none of that part is free in time.
        """
        with self._timings.timed(query):
            try:
                with self._timings.waiting():
                    async with asyncio.timeout(self._timeout_s):
                        await self._slow_slots.acquire()
            except TimeoutError:
                raise PoolTimeout(f"no connection for slow reads within {self._timeout_s} s") from None
            try:
                return await self._read_until_it_answers(query, parameters, prepared=prepared)
            finally:
                self._slow_slots.release()

    async def write(self, query: Sql, *parameters: object, on_notice: OnNotice | None = None) -> Row | None:
        """Run and commit a query, never twice; return its one row. `on_notice` gets its notices."""
        with self._timings.timed(query):
            async with self._checked_out() as connection, reporting_notices(connection, on_notice):
                return await one_row(connection, query, parameters, prepared=True)

    async def write_locking(
        self, lock: Sql, row_id: int, query: Sql, *parameters: object, on_notice: OnNotice | None = None
    ) -> Row | None:
        """
        Run and commit a query after `lock` has locked a row; return its one row.

        A statement sees the state when it began, so the wait for the lock has to end before that.
        """
        with self._timings.timed(query):
            async with (
                self._checked_out() as connection,
                reporting_notices(connection, on_notice),
                connection.transaction(),
            ):
                await one_row(connection, lock, (row_id,), prepared=True)
                return await one_row(connection, query, parameters, prepared=True)

    async def _connected(self) -> Connection:
        connection = await AsyncConnection.connect(self._conninfo, **OPTIONS)
        await adapt(connection)
        return connection

    async def _read(self, query: Sql, parameters: Sequence[object], *, prepared: bool | None) -> Row | None:
        async with self._checked_out() as connection:
            if prepared is False and (request := ASKER.get().request):
                return await one_named_row(connection, request, query, parameters)
            return await one_row(connection, query, parameters, prepared=prepared)

    @asynccontextmanager
    async def _checked_out(self, timeout_s: float | None = None) -> AsyncIterator[Connection]:
        """Check out a connection; there is no transaction around its use, each statement is one."""
        with self._timings.waiting():
            connection = await self._pool.getconn(timeout_s)
            if was_closed(connection):
                # PgBouncer restarted and closed all idle ones: a write must not be the first to notice.
                await connection.close()
                await self._pool.putconn(connection)
                await self._pool.check()
                connection = await self._pool.getconn(timeout_s)
        try:
            yield connection
        finally:
            await self._pool.putconn(connection)
