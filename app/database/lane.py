"""A connection in pipeline mode: several reads in one round trip, each with its own result or error."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from psycopg import AsyncConnection, AsyncCursor, AsyncPipeline, Error, OperationalError

from app.database.outcomes import timed_out_waiting
from app.database.sql import Sql

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

Row = tuple[Any, ...]
Connection = AsyncConnection[Row]
Connect = Callable[[], Awaitable[Connection]]

COOL_DOWN_S = 1.0
"""How long a lane takes no reads after losing its connection; the pool finds out if the server is back."""

log = logging.getLogger("bantam.database")


class Unanswered:
    """A read has no result because its connection failed."""


UNANSWERED: Final = Unanswered()

Answer = Row | None | Unanswered


class Read(NamedTuple):
    """A statement that changes nothing, and the future that gets its row."""

    query: Sql
    parameters: Sequence[object]
    answer: asyncio.Future[Answer]
    since: float
    """When it was submitted, by time.perf_counter."""


class Lane:
    """One connection, opened when it is first needed."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._connection: Connection | None = None
        self._pipeline: AsyncPipeline | None = None
        self._mode: AbstractAsyncContextManager[AsyncPipeline] | None = None
        self._cools_until = 0.0

    @property
    def cooling_down(self) -> bool:
        """Whether its connection has just failed."""
        return time.monotonic() < self._cools_until

    async def run(self, batch: Sequence[Read]) -> list[Read]:
        """
        Run the reads of a batch in one round trip; return those that have to be run again.

        It is one transaction, so a failed statement aborts those after it: they are returned. Those before it
        keep their results, and its own reader gets the error. If the connection died, all are UNANSWERED.
        """
        cursors: list[AsyncCursor[Row]] = []
        try:
            connection = await self._opened()
            error = await self._fetch(connection, batch, cursors)
            if connection.closed and error is not None:
                raise error  # noqa: TRY301  (one path for everything that kills a connection)
        except Exception as error:  # noqa: BLE001  (no reader may wait forever)
            self._cools_until = time.monotonic() + COOL_DOWN_S
            log.warning(
                "a batch of %d reads failed with its connection: %s", len(batch), type(error).__name__
            )
            _fail(batch, error)
            await self._drop()
            return []
        unanswered = []
        for read, cursor in zip(batch, cursors, strict=True):
            if cursor.pgresult is None:
                unanswered.append(read)
            else:
                _give(read, await cursor.fetchone())
        if unanswered:
            # The error belongs to the first one; those after it only shared its transaction.
            _give(unanswered.pop(0), error if error is not None and error.sqlstate else UNANSWERED)
        return unanswered

    async def close(self) -> None:
        """Close the connection."""
        connection, mode = self._connection, self._mode
        self._connection = self._pipeline = self._mode = None
        if connection is not None and mode is not None:
            # Ignore results that nobody waits for any more.
            with suppress(Exception):
                await mode.__aexit__(None, None, None)
            await connection.close()

    async def _opened(self) -> Connection:
        if self._connection is None:
            self._connection = await self._connect()
            # A reference is needed: the connection leaves pipeline mode when this is garbage collected.
            self._mode = self._connection.pipeline()
            self._pipeline = await self._mode.__aenter__()
        return self._connection

    async def _fetch(
        self, connection: Connection, batch: Sequence[Read], cursors: list[AsyncCursor[Row]]
    ) -> Error | None:
        """Fetch the result of each cursor, if there is one; return the first error of the batch."""
        assert self._pipeline is not None  # noqa: S101  (for the type checker: it is opened with the connection)
        first: Error | None = None
        for read in batch:
            cursor = connection.cursor(binary=True)
            cursors.append(cursor)
            try:
                await cursor.execute(read.query, read.parameters, prepare=True)
            except Error as error:
                # From this statement, or from an earlier one whose result has just arrived.
                first = first or error
        try:
            await self._pipeline.sync()
        except Error as error:
            first = first or error
        # An early error has left results unread.
        while self._pipeline.result_queue and not connection.closed:
            with suppress(Error):
                await self._pipeline.sync()
        return first

    async def _drop(self) -> None:
        with suppress(Exception):
            await self.close()


def _fail(batch: Sequence[Read], error: Exception) -> None:
    """Give every reader UNANSWERED, or the error if the batch timed out waiting for a server."""
    timed_out = isinstance(error, OperationalError) and timed_out_waiting(error)
    for read in batch:
        _give(read, error if timed_out else UNANSWERED)


def _give(read: Read, answer: Answer | Exception) -> None:
    if read.answer.done():
        return
    if isinstance(answer, Exception):
        read.answer.set_exception(answer)
    else:
        read.answer.set_result(answer)
