"""Figures as people read them: three digits that matter, and columns that line up."""

from loadtests.results.figures import GroupFigures
from loadtests.results.slo import Verdict

GROUP_HEAD = ["requests", "failed", "per s", "p50 ms", "p95 ms", "p99 ms", "longest ms", "hits %"]


def amount(value: float, unit: str = "") -> str:
    """Return the value with about three digits, and its unit."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    text = f"{value:.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{text} {unit}".rstrip()


def shown(value: float | None, unit: str) -> str:
    """Return the value, or that there is none."""
    return "not measured" if value is None else amount(value, unit)


def bound(verdict: Verdict) -> str:
    """Return the target as it stands in slo.yml."""
    return f"{verdict.comparison} {verdict.target:g} {verdict.unit}"


def miss(verdict: Verdict) -> str:
    """Return in words by how much the target was missed."""
    found = "was not measured" if verdict.value is None else f"is {amount(verdict.value, verdict.unit)}"
    return f"{verdict.name} {found}, target {bound(verdict)}"


def group_cells(figures: GroupFigures) -> list[str]:
    """Return the figures of a group in the order of GROUP_HEAD; a group that is never cached has no hits."""
    f = figures
    values = (f.per_second, f.p50, f.p95, f.p99, f.longest)
    hits = "" if f.hit_rate is None else amount(f.hit_rate)
    return [f"{f.requests:,}", f"{f.failures:,}", *map(amount, values), hits]


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
