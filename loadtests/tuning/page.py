"""A comparison of settings as text and as a page."""

import msgspec

from loadtests.evidence.inputs import Host
from loadtests.evidence.report import environment
from loadtests.results.table import format_number, format_value, table
from loadtests.target import Seed
from loadtests.tuning.figures import Figure, Row, wins
from loadtests.tuning.server import OURS, SETS


class Tuning(msgspec.Struct, frozen=True):
    """summary.json: the same load under each set of settings; `failed` and `doubts` by set."""

    time: str
    git_revision: str
    host: Host
    seed: Seed
    rounds: int
    rows: list[Row]
    failed: dict[str, int]
    doubts: list[str]


def as_text(tuning: Tuning) -> str:
    """Return the table and what wins."""
    return "\n\n".join([table([head(), *map(cells, tuning.rows)]), *conclusions(tuning)])


def render(tuning: Tuning) -> str:
    """Return the page."""
    host = tuning.host
    return (
        environment()
        .get_template("tuning.html.j2")
        .render(
            trusted=not tuning.doubts and not any(tuning.failed.values()),
            headline=conclusions(tuning)[0],
            notes=conclusions(tuning)[1:] + tuning.doubts,
            facts={
                "Server": f"{host.kind}, {host.vcpus} vCPU, {host.ram_mb / 1024:.3g} GB",
                "Data": f"scale {tuning.seed.scale:g}",
                "Rounds": str(tuning.rounds),
                "Revision": tuning.git_revision[:12] + tuning.git_revision[40:],
                "Time": f"{tuning.time[:16].replace('T', ' ')} UTC",
            },
            sets=SETS,
            head=head(),
            rows=[cells(row) for row in tuning.rows],
        )
    )


def head() -> list[str]:
    """Return the head of the table: ours as measured, the others as a multiple of it."""
    return ["", OURS, *(name for name in SETS if name != OURS)]


def cells(row: Row) -> list[str]:
    """Return a row in the order of the head."""
    ours = format_value(row.figures[OURS].value, row.unit)
    return [row.name, ours, *(_times(row.figures[name]) for name in SETS if name != OURS)]


def conclusions(tuning: Tuning) -> list[str]:
    """Return who wins what beyond noise, and what failed."""
    found = [f"{name} wins: {', '.join(what)}." for name, what in wins(tuning.rows).items() if what]
    failed = [f"{name}: {count} requests failed." for name, count in tuning.failed.items() if count]
    return [*(found or ["No other set wins anything beyond noise."]), *failed]


def _times(figure: Figure) -> str:
    if figure.times is None or figure.between is None:
        return "not measured"
    low, high = figure.between
    star = " *" if figure.wins else ""
    return f"{format_number(figure.times)}x ({low:g} to {high:g}){star}"
