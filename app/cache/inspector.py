"""
A sample of the hits is read again from the database and compared: production says whether they are right.

A value that differs is only wrong if none of its tags was renewed meanwhile: otherwise a write came between.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context

from psycopg import InterfaceError, OperationalError

from app.cache.keeper import GRACE_S
from app.cache.statistics import Statistics
from app.cache.store import Lookup, Store
from app.http.problems import Problem

Payloads = Callable[[], Awaitable[Sequence[bytes | None]]]
"""Reads again what was served: payloads of the first entries or of all, None for what no longer exists."""

SHARE_OF_TIME = 0.01
"""Of a worker's time; that share of its hits can take more, as a statement costs several hits."""

RENEWED_S = 2.5
"""Past this, the relay has renewed the tags of every commit, if it is not behind."""

NOT_AGAIN_S = 30.0
ENTRIES = 1000

QUARTER_HOUR_S = 900
"""It is midnight somewhere every quarter of an hour."""

log = logging.getLogger("bantam.cache")


class Inspector:
    """Looks at `share` of the hits, one at a time, and at no entry twice within half a minute."""

    def __init__(self, store: Store, statistics: Statistics, share: float) -> None:
        self._store = store
        self._statistics = statistics
        self._share = share
        self._due = 0.0
        self._rests_until = 0.0
        self._looked_at: OrderedDict[str, float] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    def served(self, hits: Sequence[Lookup], again: Payloads) -> None:
        """Count a hit of these entries, the last one the body's; it may be its turn to be inspected."""
        self._due = min(self._due + self._share, 1.0)
        now = time.monotonic()
        if self._due < 1.0 or now < self._rests_until or not self._is_new(hits[-1], now):
            return
        self._due = 0.0
        self._rests_until = float("inf")
        task = asyncio.get_running_loop().create_task(self._inspect(hits, again), context=Context())
        # The loop holds tasks weakly.
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _is_new(self, hit: Lookup, now: float) -> bool:
        key = hit.entry.key
        if (
            hit.entry.policy.outdated_by == "age"
            or now - self._looked_at.get(key, -NOT_AGAIN_S) < NOT_AGAIN_S
        ):
            return False
        self._looked_at[key] = now
        self._looked_at.move_to_end(key)
        if len(self._looked_at) > ENTRIES:
            self._looked_at.popitem(last=False)
        return True

    async def _inspect(self, hits: Sequence[Lookup], again: Payloads) -> None:
        began = time.monotonic()
        try:
            payloads = await again()
        except (Problem, OperationalError, InterfaceError) as error:
            log.info("%s was not inspected: %s", hits[-1].entry.policy.namespace, type(error).__name__)
            return
        finally:
            ended = time.monotonic()
            self._rests_until = ended + (ended - began) * (1 / SHARE_OF_TIME - 1)
        differing = []
        for hit, payload in zip(hits, payloads, strict=False):
            if hit.cached is not None and hit.cached.payload == payload:
                self._statistics.inspected(hit.entry, "right")
            elif hit.cached is not None:
                differing.append(hit)
        if differing:
            await self._judge(differing)

    async def _judge(self, differing: Sequence[Lookup]) -> None:
        read_at, read = time.time(), time.monotonic()
        await asyncio.sleep(RENEWED_S)
        is_relayed = self._store.relayed_at > read + GRACE_S
        for hit, now in zip(
            differing, await self._store.peek(*(hit.entry for hit in differing)), strict=True
        ):
            # Another worker may have found it first, and a reader may have filled it again.
            is_there = now.cached == hit.cached and now.stamp == hit.stamp
            is_there = is_there and is_relayed and not _is_of_another_day(hit, read_at)
            if is_there and await self._store.drop(hit.entry):
                self._statistics.inspected(hit.entry, "wrong")
                log.error("the cache had a wrong value of %s, which is dropped", hit.entry.policy.namespace)
            else:
                self._statistics.inspected(hit.entry, "undecided")


def _is_of_another_day(hit: Lookup, read_at: float) -> bool:
    assert hit.cached is not None  # noqa: S101  (for the type checker: only valid values are inspected)
    of_its_day = hit.entry.policy.outdated_by == "changes and midnight"
    return of_its_day and hit.cached.made_at // QUARTER_HOUR_S != read_at // QUARTER_HOUR_S
