"""From the loads of each set to figures, and to what is better than ours beyond noise."""

from collections.abc import Callable
from itertools import pairwise
from statistics import median

import msgspec

from loadtests.results.load_file import Load
from loadtests.results.measurements import WRITES
from loadtests.tuning.run import Loads
from loadtests.tuning.server import OURS

CLEARLY = 1.05
"""A figure that is better by this in every round is better beyond noise."""


class Figure(msgspec.Struct, frozen=True):
    """
    A figure of one set: its median over the rounds, and as a multiple of ours.

    `between` are the smallest and the largest of the rounds' multiples; None without a value.
    """

    value: float | None
    times: float | None
    between: tuple[float, float] | None
    wins: bool


class Row(msgspec.Struct, frozen=True):
    """A figure of every set; `more_is_better` says which way is up."""

    name: str
    unit: str
    more_is_better: bool
    figures: dict[str, Figure]


def _measured(metric: str) -> Callable[[Loads], float | None]:
    return lambda loads: loads.usual.measurements.get(metric)


def database_ms(load: Load) -> float | None:
    """Return the time that PostgreSQL spent on a request, in ms, by its statements' own account."""
    requests = load.sent_per_second * load.measured_seconds
    return sum(statement.total_ms for statement in load.statements) / requests if requests else None


def wal_of_a_write(load: Load) -> float | None:
    """Return the WAL of a request that writes, in KB, after the warm-up."""
    measured = [point for point in load.database if point.at >= load.shape.warm_up_seconds]
    kb = sum(now.wal_kb * (now.at - before.at) for before, now in pairwise(measured))
    writes = sum(load.groups[group].requests for group in WRITES if group in load.groups)
    return kb / writes if writes else None


FIGURES: dict[str, tuple[str, bool, Callable[[Loads], float | None]]] = {
    "Throughput when busy": ("requests/s", True, lambda loads: loads.busy.sent_per_second),
    "Dashboards, p95": ("ms", False, _measured("dashboards.p95")),
    "API, p50": ("ms", False, _measured("api.p50")),
    "API, p95": ("ms", False, _measured("api.p95")),
    "Search, p50": ("ms", False, _measured("search.p50")),
    "Search, p95": ("ms", False, _measured("search.p95")),
    "Reports, p95": ("ms", False, _measured("reports.p95")),
    "Writes, p95": ("ms", False, _measured("writes.p95")),
    "PostgreSQL's time of a request": ("ms", False, lambda loads: database_ms(loads.usual)),
    "CPU of PostgreSQL": ("%", False, _measured("database.cpu")),
    "Blocks not in its buffers": ("%", False, _measured("database.disk_reads")),
    "WAL of a write": ("KB", False, lambda loads: wal_of_a_write(loads.usual)),
    "Memory of the server when busy": (
        "MB",
        False,
        lambda loads: loads.busy.measurements.get("memory.load"),
    ),
}
"""Name -> unit, whether more is better, and where it comes from."""


def rows(rounds: list[dict[str, Loads]]) -> list[Row]:
    """Return a row for each figure."""
    return [
        Row(name, unit, up, {which: _figure(rounds, which, value, up=up) for which in rounds[0]})
        for name, (unit, up, value) in FIGURES.items()
    ]


def wins(found: list[Row]) -> dict[str, list[str]]:
    """Return by set the figures in which it is better than ours beyond noise."""
    return {
        which: [row.name for row in found if row.figures[which].wins]
        for which in found[0].figures
        if which != OURS
    }


def _figure(
    rounds: list[dict[str, Loads]], which: str, value: Callable[[Loads], float | None], *, up: bool
) -> Figure:
    pairs = [(value(loads[which]), value(loads[OURS])) for loads in rounds]
    known = [mine for mine, _ in pairs if mine is not None]
    times = [mine / ours for mine, ours in pairs if mine is not None and ours]
    if not known or not times or which == OURS:
        return Figure(round(median(known), 3) if known else None, None, None, wins=False)
    better = [each if up else 1 / each if each else CLEARLY for each in times]
    return Figure(
        value=round(median(known), 3),
        times=round(median(times), 2),
        between=(round(min(times), 2), round(max(times), 2)),
        wins=1 < len(times) == len(rounds) and min(better) >= CLEARLY,
    )
