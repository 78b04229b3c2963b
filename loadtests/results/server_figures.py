"""From the server's samples to figures: CPU, memory, pool, queries."""

from loadtests.server import database, pool, redis, timeline
from loadtests.server.database import Statement
from loadtests.server.samples import ServerSamples


def measurements(samples: ServerSamples, begin: float, warm_up: float, end: float) -> dict[str, float | None]:
    """Return every measurement from the server's side; `warm_up` and `end` are seconds since `begin`."""
    machine = timeline.points(samples.machine, begin)
    waits = [point for point in pool.points(samples.pool, begin) if warm_up <= point.at <= end]
    connected = [p for p in database.points(samples.database, begin) if warm_up <= p.at <= end]
    evicted = [point.evicted for point in redis.points(samples.redis, begin) if warm_up <= point.at <= end]
    seconds, statements = done(samples, begin, warm_up, end)
    return {
        "memory.load": timeline.memory_peak(machine, end),
        "database.cpu": _mean_cpu("postgresql", samples.machine, begin + warm_up, begin + end),
        "server.cpu": _mean_cpu("server", samples.machine, begin + warm_up, begin + end),
        "database.connections": max((p.connections for p in connected), default=None),
        "database.disk_reads": _blocks_read(statements),
        "queries.per_minute": 60 * sum(s.calls for s in statements.values()) / seconds if seconds else None,
        "query.longest": max((s.longest_ms for s in statements.values()), default=None),
        "pool.used": max((point.used_percent for point in waits), default=None),
        "pool.wait": max((point.wait_ms for point in waits), default=None),
        "cache.evicted": max(evicted, default=None),
    }


def done(
    samples: ServerSamples, begin: float, warm_up: float, end: float
) -> tuple[float, dict[str, Statement]]:
    """Return what each statement did after the warm-up, and in how many seconds; (0, {}) without samples."""
    return database.between(samples.database, begin + warm_up, begin + end) or (0.0, {})


def _mean_cpu(
    who: str, samples: list[tuple[float, timeline.Sample]], begin: float, end: float
) -> float | None:
    """Return the share of all the server's cores that somebody used from one time to another, in percent."""
    inside = [sample for at, sample in samples if begin <= at <= end and who in sample.cpu]
    if len(inside) < 2:
        return None
    first, last = inside[0], inside[-1]
    # Over the whole time: single samples of a busy server are late by different amounts.
    used = max(0.0, last.cpu[who] - first.cpu[who])
    return 100 * used / (last.clock - first.clock) / last.cpus


def _blocks_read(statements: dict[str, Statement]) -> float | None:
    """Return how many of the blocks that the app's statements needed were not in the buffers, in percent."""
    hit = sum(s.blocks_hit for s in statements.values())
    read = sum(s.blocks_read for s in statements.values())
    return 100 * read / (hit + read) if hit + read else None
