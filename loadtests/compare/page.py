"""A comparison as text and as a page."""

from collections import Counter

from loadtests.compare.figures import Compared, Resource, Row
from loadtests.compare.phases import SIDES
from loadtests.compare.summary import Comparison
from loadtests.evidence.report import environment
from loadtests.results.table import format_number, table


def as_text(comparison: Comparison) -> str:
    """Return the tables of all phases."""
    return "\n\n".join(_text(phase) for phase in comparison.phases)


def render(comparison: Comparison) -> str:
    """Return the page."""
    host = comparison.host
    return (
        environment()
        .get_template("compare.html.j2")
        .render(
            comparison=comparison,
            headline=_headline(comparison),
            trusted=not any(phase.doubts for phase in comparison.phases),
            facts={
                "Servers": f"{host.kind}, {host.vcpus} vCPU, {host.ram_mb / 1024:.3g} GB each",
                "Data": f"scale {comparison.seed.scale:g}: the same {comparison.seed.rows or 0:,} rows",
                "Revision": comparison.git_revision[:12] + comparison.git_revision[40:],
                "Time": f"{comparison.time[:16].replace('T', ' ')} UTC",
            },
            sides=SIDES,
            phases=[
                {
                    "name": phase.phase,
                    "note": phase.note,
                    "sides": phase.sides,
                    "rounds": phase.rounds,
                    "failed": failures(phase),
                    "doubts": phase.doubts,
                    "head": row_head(phase),
                    "rows": [row_cells(row) for row in phase.rows],
                    "resource_head": ["", *phase.sides],
                    "resources": [resource_cells(resource) for resource in phase.resources],
                }
                for phase in comparison.phases
            ],
        )
    )


def failures(phase: Compared) -> str:
    """Return how many requests of each side failed, and why."""
    sides = []
    for side, failed in zip(phase.sides, phase.failed, strict=True):
        counts: Counter[str] = Counter()
        for failure in failed:
            counts[failure.error] += failure.count
        why = "".join(f", {count} x {error}" for error, count in counts.most_common())
        sides.append(f"{side}: {counts.total()} failed{why}")
    return "; ".join(sides)


def row_head(phase: Compared) -> list[str]:
    """Return the columns of a phase's latencies."""
    first, second = phase.sides
    return ["", f"{first} p50", f"{second} p50", f"{first} p95", f"{second} p95", "p50", "p95", "spread"]


def row_cells(row: Row) -> list[str]:
    """Return a row of latencies in ms, with the ratios of the first side to the second."""
    spread = "" if row.spread is None else f"{format_number(row.spread[0])} to {format_number(row.spread[1])}"
    times = [_times(ratio) for ratio in (row.ratio_p50, row.ratio_p95)]
    return [row.name, *(_ms(value) for value in (*row.p50, *row.p95)), *times, spread]


def resource_cells(resource: Resource) -> list[str]:
    """Return a row of what both sides took."""
    none = "none"
    return [
        resource.name,
        *(none if value is None else format_number(value, resource.unit) for value in resource.values),
    ]


def _headline(comparison: Comparison) -> str:
    phase = comparison.phases[0]
    ratios = [row.ratio_p95 for row in phase.rows if row.ratio_p95 is not None]
    if not ratios:
        return "No row has figures of both sides."
    return f"{format_number(min(ratios))} to {format_number(max(ratios))} times faster at p95, {phase.phase}"


def _text(phase: Compared) -> str:
    rows = table([row_head(phase), *(row_cells(row) for row in phase.rows)])
    resources = table([["", *phase.sides], *(resource_cells(resource) for resource in phase.resources)])
    doubts = "".join(f"\n{doubt}" for doubt in phase.doubts)
    return f"{phase.phase}: {phase.note} {failures(phase)}.{doubts}\n\n{rows}\n\n{resources}"


def _ms(value: float | None) -> str:
    return "" if value is None else format_number(value, "ms")


def _times(value: float | None) -> str:
    return "" if value is None else f"{format_number(value)}x"
