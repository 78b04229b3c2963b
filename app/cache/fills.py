"""One fill at a time per key, across workers; a limit on parallel fills; early refresh in the background."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import Context
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
"""As long as a fill may take (the role's statement_timeout), so a dead holder's lock soon expires."""

WAIT_S = 1.0
"""How long to wait for another worker's fill before querying the database anyway."""

POLL_S = 0.005

log = logging.getLogger("bantam.cache")


class Fills:
    """
    A reader that misses a key that is being filled waits for that fill instead of querying the database too.

    At most `at_once` fills run in this worker; the other connections are for writes and uncached reads.
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
        Return the result of `fill`, or the lookup of the entry after another reader has filled it.

        `fill` gets the latest lookup, with the stamp to store the new value under.
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
        """Refill an entry in the background, unless it is valid and not due, or a fill is already running."""
        if found.entry.key not in self._running:
            # Not the request's: it would be counted as its own.
            task = asyncio.get_running_loop().create_task(self._early(found, fill), context=Context())
            # The loop holds tasks weakly.
            self._background.add(task)
            task.add_done_callback(self._background.discard)

    async def _early(self, found: Lookup, fill: Fill[object]) -> None:
        try:
            lock = await self._lock(found)
            if lock is None:
                return
            try:
                # Its tags may have been renewed since, or another worker has already filled it.
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
            # The holder may be done without a value: its row was already outdated and not stored.
            lock = b"" if time.monotonic() > end else await self._lock(found)
        try:
            # The previous holder of the lock may have filled it since this reader's lookup.
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
        """Return the lock's value, None if another worker holds it; without Redis, fills are not locked."""
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
                # An expired lock may be another worker's by now; that only allows a second fill.
                await self._redis.unlink(self._name(found))

    def _name(self, found: Lookup) -> str:
        return f"{self._prefix}fill:{found.entry.key}"
