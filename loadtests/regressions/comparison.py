"""summary.json of a comparison of two loads, whether from kept evidence or in turns."""

import msgspec

from loadtests.evidence.inputs import Host
from loadtests.regressions.rows import Row
from loadtests.results.measurements import UNITS
from loadtests.target import Seed

MEASURED = (
    "requests.per_second",
    "errors",
    "cache.hit_rate",
    "queries.per_minute",
    "query.longest",
    "database.cpu",
    "server.cpu",
    "pool.used",
    "pool.wait",
    "memory.load",
)
"""Figures of the whole load that are shown beside the latencies."""


class Side(msgspec.Struct, frozen=True):
    """One of the two: `name` is a folder of evidence, or a revision."""

    name: str
    time: str
    git_revision: str
    host: Host
    seed: Seed


class Figure(msgspec.Struct, frozen=True):
    """A figure of the whole load on both sides; None for what was not measured."""

    name: str
    unit: str
    values: tuple[float | None, float | None]


class Comparison(msgspec.Struct, frozen=True):
    """
    `worse` and `better` are the kinds of requests whose p50 or p95 is so beyond noise.

    `problems` is what else got worse, `doubts` say why the figures cannot be trusted as they are, `few` are
    kinds with too few answers to be compared. Kept loads have one look; the gate looks closer at what may be
    worse.
    """

    time: str
    what: str
    sides: tuple[Side, Side]
    scenario: str
    looks: list[list[Row]]
    figures: list[Figure]
    worse: list[str]
    better: list[str]
    few: list[str]
    problems: list[str]
    doubts: list[str]


def named(verdict: str, rows: list[Row]) -> list[str]:
    """Return the names of the rows with the verdict."""
    return [row.name for row in rows if row.verdict == verdict]


def figures(before: dict[str, float | None], after: dict[str, float | None]) -> list[Figure]:
    """Return the figures of MEASURED that either side has."""
    found = [Figure(name, UNITS[name], (before.get(name), after.get(name))) for name in MEASURED]
    return [figure for figure in found if figure.values != (None, None)]
