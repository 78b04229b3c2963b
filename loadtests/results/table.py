"""Figures for people: three significant digits, and aligned columns."""

from loadtests.results.figures import GroupFigures
from loadtests.results.slo import Verdict

GROUP_HEAD = ["requests", "failed", "per s", "p50 ms", "p95 ms", "p99 ms", "longest ms", "hits %"]


def format_number(value: float, unit: str = "") -> str:
    """Return the value with about three digits, and its unit."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    text = f"{value:.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{text} {unit}".rstrip()


def format_value(value: float | None, unit: str) -> str:
    """Return the value with its unit, or "not measured"."""
    return "not measured" if value is None else format_number(value, unit)


def bound(verdict: Verdict) -> str:
    """Return the target as written in slo.yml."""
    return f"{verdict.comparison} {verdict.target:g} {verdict.unit}"


def miss_sentence(verdict: Verdict) -> str:
    """Return a sentence that says by how much the target was missed."""
    found = (
        "was not measured" if verdict.value is None else f"is {format_number(verdict.value, verdict.unit)}"
    )
    return f"{verdict.name} {found}, target {bound(verdict)}"


def group_cells(figures: GroupFigures) -> list[str]:
    """Return the figures of a group in the order of GROUP_HEAD; a group that is never cached has no hits."""
    f = figures
    values = (f.per_second, f.p50, f.p95, f.p99, f.longest)
    hits = "" if f.hit_rate is None else format_number(f.hit_rate)
    return [f"{f.requests:,}", f"{f.failures:,}", *map(format_number, values), hits]


def table(rows: list[list[str]], left: int = 1) -> str:
    """Return the rows as aligned text; the first `left` columns flush left, the others flush right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(
            cell.ljust(width) if column < left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    return "\n".join(line.rstrip() for line in lines)
