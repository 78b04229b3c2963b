"""A connection in pipeline mode: several reads in one round trip, each with its own answer or error."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from psycopg import AsyncConnection, AsyncCursor, AsyncPipeline, Error, OperationalError

from app.database.outcomes import waited_in_vain

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

Row = tuple[Any, ...]
Connection = AsyncConnection[Row]
Connect = Callable[[], Awaitable[Connection]]

COOL_DOWN_S = 1.0
"""How long a lane that lost its connection takes no reads: the pool finds out whether the server is back."""

log = logging.getLogger("bantam.database")


class Unanswered:
    """Nobody can say what came of a read, as its connection failed."""


UNANSWERED: Final = Unanswered()

Answer = Row | None | Unanswered


class Read(NamedTuple):
    """A statement that changes nothing, and who waits for its row."""

    query: bytes
    parameters: Sequence[object]
    answer: asyncio.Future[Answer]


class Lane:
    """The connection, opened when it is first needed."""

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
        Answer the reads of a batch by one round trip; return those that are to be asked again.

        One transaction, so a statement that fails takes those behind it along, but none before it: what came
        before it is kept, the error is its own reader's. All are UNANSWERED if the connection died.
        """
        cursors: list[AsyncCursor[Row]] = []
        try:
            connection = await self._opened()
            error = await self._fetch(connection, batch, cursors)
            if connection.closed and error is not None:
                raise error  # noqa: TRY301  (one way for all that kills a connection)
        except Exception as error:  # noqa: BLE001  (whatever it is, nobody must wait for ever)
            self._cools_until = time.monotonic() + COOL_DOWN_S
            log.warning(
                "a batch of %d reads failed with its connection: %s", len(batch), type(error).__name__
            )
            _refuse(batch, error)
            await self._drop()
            return []
        unanswered = []
        for read, cursor in zip(batch, cursors, strict=True):
            if cursor.pgresult is None:
                unanswered.append(read)
            else:
                _give(read, await cursor.fetchone())
        if unanswered:
            # The error is the first one's; those behind it only shared its transaction.
            _give(unanswered.pop(0), error if error is not None and error.sqlstate else UNANSWERED)
        return unanswered

    async def close(self) -> None:
        """Give the connection back."""
        connection, mode = self._connection, self._mode
        self._connection = self._pipeline = self._mode = None
        if connection is not None and mode is not None:
            # Whatever a batch left behind that nobody waits for any longer.
            with suppress(Exception):
                await mode.__aexit__(None, None, None)
            await connection.close()

    async def _opened(self) -> Connection:
        if self._connection is None:
            self._connection = await self._connect()
            # Kept, as the connection leaves the mode when this is forgotten.
            self._mode = self._connection.pipeline()
            self._pipeline = await self._mode.__aenter__()
        return self._connection

    async def _fetch(
        self, connection: Connection, batch: Sequence[Read], cursors: list[AsyncCursor[Row]]
    ) -> Error | None:
        """Have each cursor hold its result, if there is one; return the first error of the batch."""
        assert self._pipeline is not None  # noqa: S101  (for the type checker: it is opened with the connection)
        first: Error | None = None
        for read in batch:
            cursor = connection.cursor(binary=True)
            cursors.append(cursor)
            try:
                await cursor.execute(read.query, read.parameters, prepare=True)
            except Error as error:
                # Of this statement or of one before it, whose answer has just come.
                first = first or error
        try:
            await self._pipeline.sync()
        except Error as error:
            first = first or error
        # An error that came early has left answers unread.
        while self._pipeline.result_queue and not connection.closed:
            with suppress(Error):
                await self._pipeline.sync()
        return first

    async def _drop(self) -> None:
        with suppress(Exception):
            await self.close()


def _refuse(batch: Sequence[Read], error: Exception) -> None:
    """Tell every reader that nobody knows; whoever waited for a server in vain need not do so again."""
    in_vain = isinstance(error, OperationalError) and waited_in_vain(error)
    for read in batch:
        _give(read, error if in_vain else UNANSWERED)


def _give(read: Read, answer: Answer | Exception) -> None:
    if read.answer.done():
        return
    if isinstance(answer, Exception):
        read.answer.set_exception(answer)
    else:
        read.answer.set_result(answer)
