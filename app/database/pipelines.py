"""
Reads of one event loop iteration go to the database together.

Sent one by one, each read wakes the app, PgBouncer and PostgreSQL, and each time another process of a small
server loses its core; together they wake them once. cache/batcher.py does the same for Redis.
"""

import asyncio
import time
from collections import deque
from collections.abc import Sequence

from psycopg_pool import PoolTimeout, TooManyRequests

from app.database.lane import UNANSWERED, Answer, Lane, Read
from app.database.sql import Sql
from app.database.timings import Timings

LARGEST = 16
"""Reads of one batch; all of them wait for the slowest."""

MOST_WAITING = 500
"""Reads that may wait for a lane in one process; with more, the database is not keeping up."""


class Pipelines:
    """
    A few lanes: a read takes an idle one immediately; while all are busy, reads wait and share the next one.

    So a single read does not wait, and the more reads there are, the less each costs. None waits longer than
    `timeout_s`.
    """

    def __init__(self, lanes: Sequence[Lane], timeout_s: float, timings: Timings) -> None:
        self._lanes = lanes
        self._timeout_s = timeout_s
        self._timings = timings
        self._idle = deque(lanes)
        self._waiting: deque[Read] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_scheduled = False

    async def submit(self, query: Sql, parameters: Sequence[object]) -> Answer:
        """
        Return the one row of a query, None without one, UNANSWERED if it has to be run outside the lanes.

        PoolTimeout if the result takes too long, TooManyRequests if too many reads are waiting: both are
        OperationalErrors, like those of the pool.
        """
        if all(lane.cooling_down for lane in self._lanes):
            return UNANSWERED
        if len(self._waiting) >= MOST_WAITING:
            raise TooManyRequests(f"{MOST_WAITING} reads are already waiting for the database")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append(Read(query, parameters, answer, time.perf_counter()))
        self._schedule()
        try:
            async with asyncio.timeout(self._timeout_s):
                return await answer
        except TimeoutError:
            raise PoolTimeout(f"the database took longer than {self._timeout_s} s") from None

    def _schedule(self) -> None:
        if self._idle and self._waiting and not self._is_scheduled:
            self._is_scheduled = True
            asyncio.get_running_loop().call_soon(self._start)

    def _start(self) -> None:
        """Start as many idle lanes as there are batches; without a usable lane, stop all waiting."""
        self._is_scheduled = False
        usable = [lane for lane in self._idle if not lane.cooling_down]
        if not usable and len(self._idle) == len(self._lanes):
            for read in self._next(len(self._waiting)):
                read.answer.set_result(UNANSWERED)
        for lane in usable[: -(-len(self._waiting) // LARGEST)]:
            self._idle.remove(lane)
            # The batch is taken now, or the first lane could take it as its second one.
            task = asyncio.get_running_loop().create_task(self._serve(lane, self._next(LARGEST)))
            # The loop holds tasks weakly.
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _serve(self, lane: Lane, batch: list[Read]) -> None:
        try:
            while batch:
                self._waiting.extendleft(reversed(await lane.run(batch)))
                batch = [] if lane.cooling_down else self._next(LARGEST)
        finally:
            self._idle.append(lane)
            self._schedule()

    def _next(self, most: int) -> list[Read]:
        """Take the first waiting reads, without those that have timed out."""
        batch: list[Read] = []
        while self._waiting and len(batch) < most:
            read = self._waiting.popleft()
            self._timings.waited(time.perf_counter() - read.since)
            if not read.answer.done():
                batch.append(read)
        return batch

    async def close(self) -> None:
        """Close the connections once the running batches have finished."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._timeout_s)
        for lane in self._lanes:
            await lane.close()
