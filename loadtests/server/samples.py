"""All samples of a run's server, each with the time of its arrival in seconds since the epoch."""

from typing import NamedTuple

from loadtests.server import database, pool, redis, timeline


class ServerSamples(NamedTuple):
    """What each session said."""

    machine: list[tuple[float, timeline.Sample]]
    database: list[tuple[float, database.Sample]]
    pool: list[tuple[float, pool.Sample]]
    redis: list[tuple[float, redis.Sample]]
