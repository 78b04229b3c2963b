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
        "database.cpu": _mean_cpu("postgresql", samples.machine, machine, warm_up, end),
        "server.cpu": _mean_cpu("server", samples.machine, machine, warm_up, end),
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
    who: str,
    samples: list[tuple[float, timeline.Sample]],
    machine: list[timeline.Point],
    warm_up: float,
    end: float,
) -> float | None:
    """Return the share of all the server's cores that somebody used after the warm-up, in percent."""
    used = [point.cpu.get(who) for point in machine if warm_up <= point.at <= end]
    known = [percent for percent in used if percent is not None]
    return sum(known) / len(known) / samples[0][1].cpus if known else None


def _blocks_read(statements: dict[str, Statement]) -> float | None:
    """Return how many of the blocks that the app's statements needed were not in the buffers, in percent."""
    hit = sum(s.blocks_hit for s in statements.values())
    read = sum(s.blocks_read for s in statements.values())
    return 100 * read / (hit + read) if hit + read else None
