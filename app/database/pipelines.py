"""
Reads that are asked for in one turn of the event loop go to the database together.

One after the other, each read wakes the app, PgBouncer and PostgreSQL, and each time another process of a
small server loses the core; together they wake them once. cache/batcher.py does the same for Redis.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from psycopg import AsyncConnection, AsyncPipeline, Error, OperationalError

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

Row = tuple[Any, ...]
Connection = AsyncConnection[Row]
Connect = Callable[[], Awaitable[Connection]]

LARGEST = 16
"""Reads of one batch: all are answered when the slowest is."""

REST_S = 1.0
"""How long a lane that lost its connection takes no reads: others find out what is wrong."""

WAITED_IN_VAIN = "08"
"""PgBouncer's SQLSTATE for whom it had no server in time: asking again by oneself would be waiting again."""

log = logging.getLogger("bantam.database")


class Unanswered:
    """Nobody can say what came of a read: somebody in its batch failed, or the connection did."""


UNANSWERED: Final = Unanswered()

Answer = Row | None | Unanswered


class Read(NamedTuple):
    """A statement that changes nothing, and who waits for its row."""

    query: bytes
    parameters: Sequence[object]
    answer: asyncio.Future[Answer]


class Lane:
    """One connection in pipeline mode, opened when it is first needed."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._connection: Connection | None = None
        self._pipeline: AsyncPipeline | None = None
        self._mode: AbstractAsyncContextManager[AsyncPipeline] | None = None
        self._rests_until = 0.0

    @property
    def rests(self) -> bool:
        """Whether its connection has just failed."""
        return time.monotonic() < self._rests_until

    async def run(self, batch: Sequence[Read]) -> None:
        """Answer every read of a batch, by one round trip."""
        rows: Sequence[Answer] = [UNANSWERED] * len(batch)
        try:
            rows = await self._rows(batch)
        except OperationalError as error:
            await self._fail()
            if (error.sqlstate or "").startswith(WAITED_IN_VAIN):
                _refuse(batch, error)
        except Exception as error:  # noqa: BLE001  (whatever it is, nobody must wait for ever)
            # One transaction, so one failure undoes all; each is asked again by itself.
            log.info("a batch of %d reads is asked one by one: %s", len(batch), type(error).__name__)
            await self.close()
        for read, row in zip(batch, rows, strict=True):
            if not read.answer.done():
                read.answer.set_result(row)

    async def _fail(self) -> None:
        await self.close()
        self._rests_until = time.monotonic() + REST_S

    async def _rows(self, batch: Sequence[Read]) -> list[Answer]:
        if self._connection is None or self._pipeline is None:
            self._connection = await self._connect()
            # Kept, as the connection leaves the mode when this is forgotten.
            self._mode = self._connection.pipeline()
            self._pipeline = await self._mode.__aenter__()
        cursors = []
        for read in batch:
            cursor = self._connection.cursor(binary=True)
            await cursor.execute(read.query, read.parameters, prepare=True)
            cursors.append(cursor)
        await self._pipeline.sync()
        return [await cursor.fetchone() for cursor in cursors]

    async def close(self) -> None:
        """Give the connection back."""
        connection, mode = self._connection, self._mode
        self._connection = self._pipeline = self._mode = None
        if connection is not None and mode is not None:
            with suppress(Error):
                await mode.__aexit__(None, None, None)
            await connection.close()


def _refuse(batch: Sequence[Read], error: OperationalError) -> None:
    for read in batch:
        if not read.answer.done():
            read.answer.set_exception(error)


class Pipelines:
    """
    A few lanes: a read takes an idle one at once; when all are busy, those who wait go together in the next.

    So a single reader waits for nobody, and the more readers there are, the less each costs.
    """

    def __init__(self, connect: Connect, lanes: int) -> None:
        self._lanes = [Lane(connect) for _ in range(lanes)]
        self._idle = deque(self._lanes)
        self._waiting: deque[Read] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_scheduled = False

    async def read(self, query: bytes, parameters: Sequence[object]) -> Answer:
        """Return the one row of a query, None without one, UNANSWERED if it must be asked for otherwise."""
        if all(lane.rests for lane in self._lanes):
            return UNANSWERED
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append(Read(query, parameters, answer))
        if self._idle and not self._is_scheduled:
            self._is_scheduled = True
            loop.call_soon(self._start)
        return await answer

    def _start(self) -> None:
        self._is_scheduled = False
        if self._idle and self._waiting:
            task = asyncio.get_running_loop().create_task(self._serve(self._idle.popleft()))
            # The loop holds tasks weakly.
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _serve(self, lane: Lane) -> None:
        try:
            while self._waiting:
                size = min(LARGEST, len(self._waiting))
                await lane.run([self._waiting.popleft() for _ in range(size)])
        finally:
            self._idle.append(lane)

    async def close(self) -> None:
        """Give the connections back."""
        for lane in self._lanes:
            await lane.close()
