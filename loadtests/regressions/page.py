"""A comparison of two loads as text and as a page."""

import math
from typing import NamedTuple

from loadtests.evidence.report import environment
from loadtests.regressions.comparison import Comparison, Figure, Side
from loadtests.regressions.ratio import CONFIDENCE, Ratio
from loadtests.regressions.rows import LIMIT, Row
from loadtests.results.table import format_number, format_value, table

HEAD = ["", "", "requests", "p50 ms", "", "between", "p95 ms", "", "between"]
WIDEST = 4.0
"""Ratios from a quarter to four have their place on a row's line."""


class Line(NamedTuple):
    """A row as the page shows it; `interval` is its begin, length and middle on the line, in percent."""

    word: str
    cells: list[str]
    interval: tuple[float, float, float] | None


def as_text(comparison: Comparison) -> str:
    """Return the tables and the verdict."""
    parts = [table([HEAD, *map(_cells, look)], left=2) for look in comparison.looks]
    parts.append(table([["", *_names(comparison)], *map(_figure_cells, comparison.figures)]))
    return "\n\n".join([*parts, headline(comparison)])


def render(comparison: Comparison) -> str:
    """Return the page."""
    return (
        environment()
        .get_template("regressions.html.j2")
        .render(
            comparison=comparison,
            headline=headline(comparison),
            names=_names(comparison),
            facts=[_facts(*each) for each in zip(_names(comparison), comparison.sides, strict=True)],
            head=HEAD[1:],
            looks=[[_line(row) for row in look] for look in comparison.looks],
            limit=LIMIT,
            confidence=f"{100 * CONFIDENCE:g}",
            one=_place(1.0),
            whole=[_figure_cells(figure) for figure in comparison.figures],
        )
    )


def headline(comparison: Comparison) -> str:
    """Return the verdict in one sentence."""
    if comparison.worse:
        return f"Worse beyond noise: {'; '.join(comparison.worse)}."
    if comparison.problems:
        return f"Not as before: {comparison.problems[0]}."
    if comparison.what == "gate" and comparison.doubts:
        return f"Cannot be trusted: {comparison.doubts[0]}."
    few = f" Not compared, with too few answers: {'; '.join(comparison.few)}." if comparison.few else ""
    better = f" Better: {'; '.join(comparison.better)}." if comparison.better else ""
    return f"Nothing is worse beyond noise.{better}{few}"


def _names(comparison: Comparison) -> tuple[str, str]:
    return ("A", "B") if comparison.what == "diff" else ("before", "after")


def _facts(name: str, side: Side) -> dict[str, str]:
    return {
        name.capitalize(): side.name,
        "Server": f"{side.host.kind}, {side.host.vcpus} vCPU, {side.host.ram_mb / 1024:.3g} GB",
        "Data": f"scale {side.seed.scale:g}",
        "Revision": side.git_revision[:12] + side.git_revision[40:],
        "Time": f"{side.time[:16].replace('T', ' ')} UTC",
    }


def _cells(row: Row) -> list[str]:
    return [
        row.verdict,
        row.name,
        " / ".join(f"{number:,}" for number in row.requests),
        *_percentile_cells(row.p50, row.ratio_p50),
        *_percentile_cells(row.p95, row.ratio_p95),
    ]


def _percentile_cells(pair: tuple[float, float], found: Ratio | None) -> list[str]:
    both = " / ".join(map(format_number, pair))
    return [both, f"{found.value:.2f}x", f"{found.low:.2f} to {found.high:.2f}"] if found else [both, "", ""]


def _line(row: Row) -> Line:
    found = row.ratio_p50
    interval = None
    if found:
        begin, end = _place(found.low), _place(found.high)
        interval = begin, round(max(end - begin, 1.0), 1), _place(found.value)
    return Line(row.verdict, _cells(row)[1:], interval)


def _place(times: float) -> float:
    """Return where a ratio is between 1/WIDEST and WIDEST, in percent of the line, on a log scale."""
    at = 50 + 50 * math.log(times) / math.log(WIDEST)
    return round(min(max(at, 0.0), 99.0), 1)


def _figure_cells(figure: Figure) -> list[str]:
    return [figure.name, *(format_value(value, figure.unit) for value in figure.values)]
