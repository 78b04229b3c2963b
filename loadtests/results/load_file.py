"""load.json: everything known about a load test once it is over."""

import msgspec

from loadtests.load_shape import Shape
from loadtests.results.figures import Failure, GroupFigures, Slice
from loadtests.results.slo import Verdict
from loadtests.server.timeline import Point

LOAD_FILE = "load.json"


class Generator(msgspec.Struct, frozen=True):
    """Locust itself, second by second: percent of one core, and users."""

    cpu_percent: float
    at: list[float]
    users: list[int]
    cpu: list[float]


class Load(msgspec.Struct, frozen=True):
    """
    One load test. `invalid` says why the figures cannot be trusted, and is empty if they can.

    Times are seconds since the load began, `measured_seconds` is the time after the warm-up.
    """

    scenario: str
    began: str
    url: str
    kind: str
    shape: Shape
    measured_seconds: float
    invalid: list[str]
    measurements: dict[str, float | None]
    targets: list[Verdict]
    groups: dict[str, GroupFigures]
    failures: list[Failure]
    slices: list[Slice]
    server: list[Point]
    generator: Generator
