"""From the loads of two sides to rows with their ratios."""

from statistics import median

import msgspec

from loadtests.results.figures import Failure
from loadtests.results.histograms import percentile_ms
from loadtests.results.load_file import Load

ROWS = {
    "User dashboard": ("dashboard",),
    "Project list": ("project_list",),
    "Task search": ("search_tasks",),
    "Invoice report": ("report_finance",),
    "Single rows": ("project", "task"),
    "Page of a project's tasks": ("task_page",),
    "Writes": ("task_write", "comment_write"),
}
"""Row -> its groups of requests."""

RESOURCES = {
    "Requests sent in time": ("sent", "requests/s"),
    "Queries": ("queries.per_minute", "queries/min"),
    "CPU of the database": ("database.cpu", "%"),
    "CPU of the server": ("server.cpu", "%"),
    "Cache hit rate": ("cache.hit_rate", "%"),
    "Connections in PostgreSQL": ("database.connections", "connections"),
    "Server memory": ("memory.load", "MB"),
}
"""Row -> its measurement and unit."""


class Row(msgspec.Struct, frozen=True):
    """
    Latencies in ms over all rounds; a ratio is of the first side to the second, None without a value.

    `spread` are the smallest and the largest ratio of the rounds' medians, None for a single round.
    """

    name: str
    requests: tuple[int, int]
    p50: tuple[float | None, float | None]
    p95: tuple[float | None, float | None]
    ratio_p50: float | None
    ratio_p95: float | None
    spread: tuple[float, float] | None


class Resource(msgspec.Struct, frozen=True):
    """What both sides took, as the median of the rounds; None for what a side does not have."""

    name: str
    unit: str
    values: tuple[float | None, float | None]


class Compared(msgspec.Struct, frozen=True):
    """A phase's result."""

    phase: str
    note: str
    sides: tuple[str, str]
    rounds: int
    failed: tuple[list[Failure], list[Failure]]
    doubts: list[str]
    rows: list[Row]
    resources: list[Resource]


def rows(rounds: list[tuple[Load, Load]]) -> list[Row]:
    """Return a row for each kind of request that both sides have answered."""
    return [_row(name, groups, rounds) for name, groups in ROWS.items()]


def resources(rounds: list[tuple[Load, Load]]) -> list[Resource]:
    """Return a row for each resource."""
    return [
        Resource(name=name, unit=unit, values=(_median(rounds, 0, metric), _median(rounds, 1, metric)))
        for name, (metric, unit) in RESOURCES.items()
    ]


def failed(rounds: list[tuple[Load, Load]]) -> tuple[list[Failure], list[Failure]]:
    """Return what went wrong on each side, round by round."""
    first, second = ([failure for pair in rounds for failure in pair[side].failures] for side in (0, 1))
    return first, second


def doubts(sides: tuple[str, str], rounds: list[tuple[Load, Load]]) -> list[str]:
    """Return why a load's figures cannot be trusted as they are, side by side and round by round."""
    return [
        f"{name}, round {number}: {doubt}"
        for number, pair in enumerate(rounds, 1)
        for name, load in zip(sides, pair, strict=True)
        for doubt in load.invalid
    ]


def _row(name: str, groups: tuple[str, ...], rounds: list[tuple[Load, Load]]) -> Row:
    p50 = _percentile(rounds, groups, 0, 0.5), _percentile(rounds, groups, 1, 0.5)
    p95 = _percentile(rounds, groups, 0, 0.95), _percentile(rounds, groups, 1, 0.95)
    medians = [(_percentile([pair], groups, 0, 0.5), _percentile([pair], groups, 1, 0.5)) for pair in rounds]
    ratios = [ratio for first, second in medians if (ratio := _ratio((first, second))) is not None]
    return Row(
        name=name,
        requests=(_requests(rounds, groups, 0), _requests(rounds, groups, 1)),
        p50=p50,
        p95=p95,
        ratio_p50=_ratio(p50),
        ratio_p95=_ratio(p95),
        spread=(min(ratios), max(ratios)) if len(ratios) > 1 else None,
    )


def _percentile(
    rounds: list[tuple[Load, Load]], groups: tuple[str, ...], side: int, share: float
) -> float | None:
    found = [
        pair[side].histograms[group] for pair in rounds for group in groups if group in pair[side].histograms
    ]
    return percentile_ms(found, share)


def _requests(rounds: list[tuple[Load, Load]], groups: tuple[str, ...], side: int) -> int:
    found = [pair[side].groups[group] for pair in rounds for group in groups if group in pair[side].groups]
    return sum(figures.requests for figures in found)


def _median(rounds: list[tuple[Load, Load]], side: int, metric: str) -> float | None:
    values = [
        pair[side].sent_per_second if metric == "sent" else pair[side].measurements.get(metric)
        for pair in rounds
    ]
    known = [value for value in values if value is not None]
    return round(median(known), 2) if known else None


def _ratio(values: tuple[float | None, float | None]) -> float | None:
    first, second = values
    return round(first / second, 2) if first is not None and second else None
