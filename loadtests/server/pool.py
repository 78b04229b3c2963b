"""PgBouncer during a load: how much of the pool is used, who waits for a connection, and how long."""

from collections.abc import Iterable, Iterator

import msgspec

from loadtests.server.stream import Source

DATABASE = "bantam"
END = ".end"
WINDOW = 5
"""A transaction counts when it ends, and a sample may arrive late: single seconds would show that."""


class Sample(msgspec.Struct, frozen=True):
    """Connections now, and totals since PgBouncer began; times in microseconds."""

    size: int
    active: int
    waiting: int
    longest_wait_us: int
    assigned: int
    used_us: int
    waited_us: int


class Point(msgspec.Struct, frozen=True):
    """
    The pool at one moment of the run.

    `used_percent` is the share of its connections' time that transactions took in the last WINDOW samples,
    `wait_ms` what a transaction waited for a connection meanwhile, on average; the rest is of this moment.
    """

    at: float
    used_percent: float
    wait_ms: float
    active: int
    waiting: int
    longest_wait_ms: float


def read(lines: Iterable[bytes]) -> Iterator[Sample]:
    """Yield the samples that psql prints: three tables, each with its head, then END."""
    tables: list[list[list[str]]] = []
    for raw in lines:
        cells = raw.decode().strip().split("|")
        if cells == [END]:
            yield _sample(tables)
            tables = []
        elif cells[0] in {"name", "database"}:
            tables.append([cells])
        elif tables:
            tables[-1].append(cells)


def points(samples: list[tuple[float, Sample]], begin: float) -> list[Point]:
    """Return the run's timeline, `at` in seconds since `begin`."""
    found = []
    for number in range(1, len(samples)):
        (before_at, before), (now_at, now) = samples[max(0, number - WINDOW)], samples[number]
        # A restarted PgBouncer counts from zero again.
        again = now.assigned < before.assigned
        used = now.used_us - (0 if again else before.used_us)
        waited = now.waited_us - (0 if again else before.waited_us)
        assigned = now.assigned - (0 if again else before.assigned)
        whole = max((now_at - before_at) * 1_000_000 * now.size, 1)
        found.append(
            Point(
                at=round(now_at - begin, 2),
                used_percent=round(100 * max(used, 0) / whole, 2),
                wait_ms=round(waited / 1000 / assigned, 3) if assigned else 0.0,
                active=now.active,
                waiting=now.waiting,
                longest_wait_ms=now.longest_wait_us / 1000,
            )
        )
    return found


SOURCE = Source(
    "cd / && sudo -n -u pgbouncer psql -XAqw -P footer=off -h /run/pgbouncer -p 6432 -U pgbouncer pgbouncer",
    read,
    ask=f"SHOW DATABASES;\nSHOW POOLS;\nSHOW STATS_TOTALS;\n\\echo {END}\n".encode(),
)
"""Where the samples come from."""


def _sample(tables: list[list[list[str]]]) -> Sample:
    databases, pools, totals = (_rows(table) for table in tables)
    return Sample(
        size=int(databases[0]["pool_size"]),
        active=sum(int(row["sv_active"]) for row in pools),
        waiting=sum(int(row["cl_waiting"]) for row in pools),
        longest_wait_us=max(int(row["maxwait"]) * 1_000_000 + int(row["maxwait_us"]) for row in pools),
        assigned=int(totals[0]["server_assignment_count"]),
        used_us=int(totals[0]["xact_time"]),
        waited_us=int(totals[0]["wait_time"]),
    )


def _rows(table: list[list[str]]) -> list[dict[str, str]]:
    head, *rows = table
    found = [dict(zip(head, row, strict=True)) for row in rows if row[0] == DATABASE]
    if not found:
        raise ValueError(f"PgBouncer does not know the database {DATABASE}")
    return found
