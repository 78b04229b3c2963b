"""load.json: everything known about a load test once it is over."""

import msgspec

from loadtests.load_shape import Shape
from loadtests.results.figures import Failure, GroupFigures, Slice
from loadtests.results.slo import Verdict
from loadtests.server import database, pool, redis
from loadtests.server.timeline import Point

LOAD_FILE = "load.json"


class Generator(msgspec.Struct, frozen=True):
    """Locust itself, second by second: percent of one core, and users."""

    cpu_percent: float
    at: list[float]
    users: list[int]
    cpu: list[float]


class Statement(msgspec.Struct, frozen=True):
    """What one statement of the app did after the warm-up: blocks of 8 KB, the plan as EXPLAIN prints it."""

    text: str
    calls: int
    total_ms: float
    mean_ms: float
    longest_ms: float
    rows: int
    blocks_hit: int
    blocks_read: int
    plan: str


class Load(msgspec.Struct, frozen=True):
    """
    One load test. `invalid` says why the figures cannot be trusted, and is empty if they can.

    Times are seconds since the load began, `measured_seconds` is the time after the warm-up. Requests were
    due at the wanted rate, and sent at the other one. `histograms` are of each group's latencies, as in
    histograms.py.
    """

    scenario: str
    began: str
    url: str
    kind: str
    shape: Shape
    measured_seconds: float
    wanted_per_second: float
    sent_per_second: float
    invalid: list[str]
    measurements: dict[str, float | None]
    targets: list[Verdict]
    groups: dict[str, GroupFigures]
    histograms: dict[str, str]
    failures: list[Failure]
    slices: list[Slice]
    server: list[Point]
    database: list[database.Point]
    pool: list[pool.Point]
    redis: list[redis.Point]
    statements: list[Statement]
    generator: Generator
