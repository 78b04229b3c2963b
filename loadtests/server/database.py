"""PostgreSQL during a load: connections, blocks, WAL, and what each statement of the app did."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import msgspec

from loadtests.server.stream import Source

QUERIES = Path(__file__).with_name("queries")
SECONDS_BETWEEN = 2


class Statement(msgspec.Struct, frozen=True, array_like=True):
    """What a statement did since the statistics began; its longest run is of this load only."""

    calls: int
    total_ms: float
    longest_ms: float
    rows: int
    blocks_hit: int
    blocks_read: int


class Sample(msgspec.Struct, frozen=True):
    """One line of database.sql; all but the connections are totals."""

    connections: int
    active: int
    blocks_hit: int
    blocks_read: int
    wal_bytes: float
    written_bytes: float
    statements: dict[str, Statement] | None = None

    @property
    def calls(self) -> int:
        """How many statements of the app ran."""
        return sum(statement.calls for statement in (self.statements or {}).values())


class Point(msgspec.Struct, frozen=True):
    """The database at one moment of the run; all but the connections are per second since the one before."""

    at: float
    connections: int
    active: int
    queries: float
    blocks_read: float
    wal_kb: float
    written_kb: float


def source() -> Source[Sample]:
    """Return where the samples come from; the longest run of each statement counts from then on."""
    return Source(
        "cd / && sudo -n -u postgres psql -XAtq -v ON_ERROR_STOP=1 -d bantam",
        read,
        first=b"SELECT pg_stat_statements_reset(0, 0, 0, true) \\g /dev/null\n",
        ask=(QUERIES / "database.sql").read_bytes(),
        every=SECONDS_BETWEEN,
    )


def read(lines: Iterable[bytes]) -> Iterator[Sample]:
    """Yield the samples that psql prints."""
    for line in lines:
        if line.strip():
            yield msgspec.json.decode(line, type=Sample)


def points(samples: list[tuple[float, Sample]], begin: float) -> list[Point]:
    """Return the run's timeline, `at` in seconds since `begin`."""
    found = []
    for (before_at, before), (now_at, now) in pairwise(samples):
        seconds = max(now_at - before_at, 0.001)
        found.append(
            Point(
                at=round(now_at - begin, 2),
                connections=now.connections,
                active=now.active,
                queries=_rate(before.calls, now.calls, seconds),
                blocks_read=_rate(before.blocks_read, now.blocks_read, seconds),
                wal_kb=_rate(before.wal_bytes / 1024, now.wal_bytes / 1024, seconds),
                written_kb=_rate(before.written_bytes / 1024, now.written_bytes / 1024, seconds),
            )
        )
    return found


def between(
    samples: list[tuple[float, Sample]], begin: float, end: float
) -> tuple[float, dict[str, Statement]] | None:
    """Return the seconds between the first and last sample of a time, and what each statement did then."""
    inside = [(at, sample) for at, sample in samples if begin <= at <= end]
    if len(inside) < 2:
        return None
    (first_at, first), (last_at, last) = inside[0], inside[-1]
    before, none = first.statements or {}, Statement(0, 0, 0, 0, 0, 0)
    done = {
        query: _since(before.get(query, none), statement)
        for query, statement in (last.statements or {}).items()
    }
    return last_at - first_at, {query: statement for query, statement in done.items() if statement.calls > 0}


def _since(before: Statement, now: Statement) -> Statement:
    return Statement(
        calls=now.calls - before.calls,
        total_ms=now.total_ms - before.total_ms,
        longest_ms=now.longest_ms,
        rows=now.rows - before.rows,
        blocks_hit=now.blocks_hit - before.blocks_hit,
        blocks_read=now.blocks_read - before.blocks_read,
    )


def _rate(before: float, now: float, seconds: float) -> float:
    # After a crash the totals begin at zero again.
    return round(max(0.0, now - before) / seconds, 1)
