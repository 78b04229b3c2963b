"""All scenarios on one page, each with a link to its own report."""

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from loadtests.evidence.gathered import Gathered, as_json, keep
from loadtests.evidence.report import TargetRow, environment, target_row
from loadtests.evidence.summary import Summary
from loadtests.results.measurements import UNITS
from loadtests.results.table import format_value, table

COLUMNS = {
    "requests.per_second": "requests/s",
    "errors": "errors",
    "longest": "longest",
    "cache.hit_rate": "hits",
    "database.cpu": "database CPU",
    "pool.used": "pool",
    "queries.per_minute": "queries/min",
    "memory.load": "memory",
}
"""Measurement -> its head in the table of scenarios."""


class Overview(msgspec.Struct, frozen=True):
    """The contents of the overview's summary.json; `runs` are the folders beside it."""

    ok: bool
    time: str
    git_revision: str
    config_hash: str
    runs: list[str]
    scenarios: list[Summary]


class ScenarioRow(NamedTuple):
    """A scenario as the page shows it."""

    name: str
    folder: str
    word: str
    cells: list[str]
    targets: list[TargetRow]


def gather_overview(gathered: list[Gathered], out: Path) -> bool:
    """Write the overview of all runs and print it; true if every run is ok."""
    now = datetime.now(UTC)
    summaries = [each.summary for each in gathered]
    overview = Overview(
        ok=all(summary.ok for summary in summaries),
        time=now.isoformat(timespec="seconds"),
        git_revision=summaries[0].git_revision,
        config_hash=summaries[0].config_hash,
        runs=[each.folder.name for each in gathered],
        scenarios=summaries,
    )
    files = {"summary.json": as_json(overview), "report.html": render_overview(overview).encode()}
    folder = keep(out, f"{now:%Y-%m-%dT%H%M%SZ}-all", files)
    head = [["", "", *COLUMNS.values()]]
    rows = [["ok" if s.ok else "MISSED", s.scenario, *cells(s)] for s in summaries]
    print(f"\n{table(head + rows, left=2)}\n\nreport  {folder / 'report.html'}", flush=True)
    return overview.ok


def render_overview(overview: Overview) -> str:
    """Return the page."""
    rows = [
        ScenarioRow(
            name=summary.scenario,
            folder=folder,
            word="met" if summary.ok else "missed",
            cells=cells(summary),
            targets=[target_row(verdict) for verdict in summary.targets],
        )
        for summary, folder in zip(overview.scenarios, overview.runs, strict=True)
    ]
    verdicts = [verdict for summary in overview.scenarios for verdict in summary.targets]
    wanted = [verdict for verdict in verdicts if verdict.ambition is not None]
    host = overview.scenarios[0].host
    return (
        environment()
        .get_template("overview.html.j2")
        .render(
            ok=overview.ok,
            headline=(
                f"{sum(v.ok for v in verdicts)} of {len(verdicts)} targets met,"
                f" {sum(v.ambition_ok is True for v in wanted)} of {len(wanted)} ambitions reached"
            ),
            facts={
                "Server": f"{host.kind}, {host.vcpus} vCPU, {host.ram_mb / 1024:.3g} GB",
                "Scenarios": str(len(rows)),
                "Revision": overview.git_revision[:12] + overview.git_revision[40:],
                "Configuration": overview.config_hash,
                "Time": f"{overview.time[:16].replace('T', ' ')} UTC",
            },
            problems=[f"{s.scenario}: {problem}" for s in overview.scenarios for problem in s.problems],
            columns=COLUMNS.values(),
            rows=rows,
        )
    )


def cells(summary: Summary) -> list[str]:
    """Return the figures of COLUMNS."""
    # The heads of rates name the unit.
    units = {metric: "" if "/" in head else UNITS[metric] for metric, head in COLUMNS.items()}
    return [format_value(summary.measurements.get(metric), unit) for metric, unit in units.items()]
