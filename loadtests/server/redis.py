"""Redis during a load: hits, evictions, memory."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

import msgspec

from loadtests.server.stream import Source

ASK_END, END = "PING", "PONG"


class Sample(msgspec.Struct, frozen=True):
    """Totals since Redis began, and its memory now in bytes."""

    keyspace_hits: int
    keyspace_misses: int
    evicted_keys: int
    used_memory: int


class Point(msgspec.Struct, frozen=True):
    """Redis at one moment of the run: keys found, missed and evicted per second, MB of its memory."""

    at: float
    found: float
    missed: float
    evicted: float
    memory_mb: float


def read(lines: Iterable[bytes]) -> Iterator[Sample]:
    """Yield the samples that redis-cli prints; while Redis restarts there is none."""
    told: dict[str, str] = {}
    for raw in lines:
        name, _, value = raw.decode().strip().partition(":")
        told[name] = value
        if name == END:
            # Without Redis, redis-cli only complains; it may come back between two questions.
            if told.keys() >= set(Sample.__struct_fields__):
                yield msgspec.convert(told, Sample, strict=False)
            told = {}


def points(samples: list[tuple[float, Sample]], begin: float) -> list[Point]:
    """Return the run's timeline, `at` in seconds since `begin`."""
    return [
        Point(
            at=round(now_at - begin, 2),
            found=_rate(before.keyspace_hits, now.keyspace_hits, now_at - before_at),
            missed=_rate(before.keyspace_misses, now.keyspace_misses, now_at - before_at),
            evicted=_rate(before.evicted_keys, now.evicted_keys, now_at - before_at),
            memory_mb=round(now.used_memory / 2**20, 1),
        )
        for (before_at, before), (now_at, now) in pairwise(samples)
    ]


SOURCE = Source(
    # As root: only it may read the password, which is in no argument and in no output.
    "sudo -n sh -c 'REDISCLI_AUTH=$(cat /etc/bantam/credentials/redis-password)"
    " exec redis-cli -s /run/redis/redis.sock --user bantam'",
    read,
    ask=f"INFO stats\nINFO memory\n{ASK_END}\n".encode(),
)
"""Where the samples come from."""


def _rate(before: int, now: int, seconds: float) -> float:
    # A restarted Redis counts from zero again.
    return round((now - before if now >= before else now) / max(seconds, 0.001), 1)
