"""How long statements took, by route; what is slow or repeated is logged with the request's id."""

import logging
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client import Counter as Count
from psycopg_pool import PoolTimeout, TooManyRequests

from app.database.sql import Sql

SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.2, 1.0)
SLOW_S = 1.0
MOST_ALIKE = 5
"""A request that runs a statement more often than this probably asks row by row what one statement could."""

log = logging.getLogger("bantam.database")


@dataclass(frozen=True, slots=True)
class Asker:
    """Whose statements they are: a route and a request's id, and how often each statement was run for it."""

    route: str
    request: str = ""
    statements: Counter[str] = field(default_factory=Counter)


NO_ASKER = Asker("in the background")
ASKER: ContextVar[Asker] = ContextVar("asker", default=NO_ASKER)


class Timings:
    """The durations of this worker's statements, waits for connections included."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._seconds = Histogram(
            "bantam_statement_seconds",
            "Latency of statements, including the wait for a connection.",
            ["route", "statement"],
            buckets=SECONDS,
            registry=registry,
        )
        self._by_name: dict[tuple[str, str], Histogram] = {}
        self._waits = Histogram(
            "bantam_connection_wait_seconds",
            "Waits of statements for a connection of the app's pool.",
            buckets=SECONDS,
            registry=registry,
        )
        self._slow = Count("bantam_slow_statements", f"Statements above {SLOW_S:g} s.", registry=registry)
        self._repeated = Count(
            "bantam_repeated_statements",
            f"Requests that ran the same statement more than {MOST_ALIKE} times.",
            ["route", "statement"],
            registry=registry,
        )
        self._known: set[tuple[str, str]] = set()

    @contextmanager
    def timed(self, sql: Sql) -> Iterator[None]:
        """Count a statement, whether it succeeds or not."""
        since, ran = time.perf_counter(), True
        try:
            yield
        except (PoolTimeout, TooManyRequests):
            # The refusal is logged; a flood of them must not be logged twice.
            ran = False
            raise
        finally:
            self.took(sql, time.perf_counter() - since, ran=ran)

    def took(self, sql: Sql, seconds: float, *, ran: bool = True) -> None:
        """Count a statement; log it if it ran and was slow, or if its request runs it again and again."""
        asker = ASKER.get()
        key = asker.route, sql.name
        child = self._by_name.get(key)
        if child is None:
            child = self._by_name[key] = self._seconds.labels(*key)
        child.observe(seconds)
        if ran and seconds > SLOW_S:
            self._slow.inc()
            log.warning(
                "%s took %.0f ms in %s (request %s)",
                sql.name,
                seconds * 1000,
                asker.route,
                asker.request or "-",
            )
        if asker is not NO_ASKER:
            asker.statements[sql.name] += 1
            if asker.statements[sql.name] == MOST_ALIKE + 1:
                self._tell_repeated(asker, key)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Count a wait for a connection, whether it is got or not."""
        since = time.perf_counter()
        try:
            yield
        finally:
            self.waited(time.perf_counter() - since)

    def waited(self, seconds: float) -> None:
        """Count a wait for a connection."""
        self._waits.observe(seconds)

    def _tell_repeated(self, asker: Asker, key: tuple[str, str]) -> None:
        """Count it, and log it the first time."""
        self._repeated.labels(*key).inc()
        if key not in self._known:
            self._known.add(key)
            log.warning(
                "%s runs %s more than %d times in one request (request %s): can one statement answer all?",
                asker.route,
                key[1],
                MOST_ALIKE,
                asker.request or "-",
            )
