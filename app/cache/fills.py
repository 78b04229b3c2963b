"""One fill at a time for a key, across workers too; few at once; early ones behind the answer."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from psycopg import InterfaceError, OperationalError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.cache.statistics import Statistics
from app.cache.store import Lookup, Store
from app.cache.value import fresh_token
from app.http.problems import Problem

T = TypeVar("T")
Fill = Callable[[Lookup], Awaitable[T]]

LOCK_MS = 5_000
"""As long as a fill may take (the role's statement_timeout): a lock whose holder died is soon gone."""

WAIT_S = 1.0
"""How long another worker's fill is waited for, before the database is asked all the same."""

POLL_S = 0.005

log = logging.getLogger("bantam.cache")


class Fills:
    """
    Who misses a key that somebody is filling waits for that fill instead of asking the database as well.

    `at_once` fills run in this worker at a time: other connections are for writes and what is not cached.
    """

    def __init__(self, redis: Redis, prefix: str, store: Store, statistics: Statistics, at_once: int) -> None:
        self._redis = redis
        self._prefix = prefix
        self._store = store
        self._statistics = statistics
        self._slots = asyncio.Semaphore(at_once)
        self._running: dict[str, asyncio.Future[None]] = {}
        self._background: set[asyncio.Task[None]] = set()

    async def one(self, found: Lookup, fill: Fill[T]) -> T | Lookup:
        """
        Return what `fill` returned, or what was found once somebody else had filled the entry.

        `fill` gets what was last found, whose stamp the new value is kept under.
        """
        key = found.entry.key
        if (running := self._running.get(key)) is not None:
            self._statistics.waited(found.entry)
            await asyncio.wait([running])
            again = await self._again(found)
            return again if again.cached is not None else await self._fill(again, fill)
        self._running[key] = ended = asyncio.get_running_loop().create_future()
        try:
            return await self._locked(found, fill)
        finally:
            del self._running[key]
            ended.set_result(None)

    def in_background(self, found: Lookup, fill: Fill[object]) -> None:
        """Make an entry anew while its reader or writer goes on; not if it is good, or somebody is at it."""
        if found.entry.key not in self._running:
            task = asyncio.get_running_loop().create_task(self._early(found, fill))
            # The loop holds tasks weakly.
            self._background.add(task)
            task.add_done_callback(self._background.discard)

    async def _early(self, found: Lookup, fill: Fill[object]) -> None:
        try:
            lock = await self._lock(found)
            if lock is None:
                return
            try:
                # Its tags may have been renewed since it was found, or another worker was quicker.
                now = await self._again(found)
                if now.stamp is not None and (now.cached is None or now.is_due):
                    self._statistics.refreshed(found.entry)
                    await self._fill(now, fill)
            finally:
                await self._unlock(found, lock)
        except (Problem, OperationalError, InterfaceError) as error:
            log.info("%s was not refreshed: %s", found.entry.policy.namespace, type(error).__name__)

    async def _locked(self, found: Lookup, fill: Fill[T]) -> T | Lookup:
        end = time.monotonic() + WAIT_S
        lock = await self._lock(found)
        if lock is None:
            self._statistics.waited(found.entry)
        while lock is None:
            await asyncio.sleep(POLL_S)
            found = await self._again(found)
            if found.cached is not None:
                return found
            # The holder may have ended without a value: what it read was too old to keep.
            lock = b"" if time.monotonic() > end else await self._lock(found)
        try:
            # Whoever had the lock before may have filled it since this reader looked.
            again = await self._again(found)
            return again if again.cached is not None else await self._fill(again, fill)
        finally:
            await self._unlock(found, lock)

    async def _fill(self, found: Lookup, fill: Fill[T]) -> T:
        async with self._slots:
            return await fill(found)

    async def _again(self, found: Lookup) -> Lookup:
        (again,) = await self._store.peek(found.entry)
        return again

    async def _lock(self, found: Lookup) -> bytes | None:
        """Return what holds the fill's lock, None if another has it; without Redis nobody is kept out."""
        if found.stamp is None:
            return b""
        holder = fresh_token()
        try:
            mine = await self._redis.set(self._name(found), holder, nx=True, px=LOCK_MS)
        except (RedisError, OSError):
            return b""
        return holder if mine else None

    async def _unlock(self, found: Lookup, holder: bytes) -> None:
        if holder:
            with suppress(RedisError, OSError):
                # A lock that expired may be another's by now; then it is only less exclusive.
                await self._redis.unlink(self._name(found))

    def _name(self, found: Lookup) -> str:
        return f"{self._prefix}fill:{found.entry.key}"
