"""`python -m loadtests.compare.results --evidence evidence`: docs/results.md from the newest evidence."""

import argparse
import sys
from pathlib import Path

import msgspec

from loadtests.compare.figures import Compared
from loadtests.compare.page import failures, resource_cells, row_cells, row_head
from loadtests.compare.phases import SIDES
from loadtests.compare.summary import Comparison
from loadtests.errors import RefusedError
from loadtests.evidence.gathered import as_json
from loadtests.evidence.overview import COLUMNS, Overview, cells
from loadtests.evidence.summary import Summary
from loadtests.files import read_json
from loadtests.results.table import format_number
from loadtests.tuning.page import Tuning, conclusions, head
from loadtests.tuning.page import cells as tuning_cells
from loadtests.tuning.server import SETS

DOCS = Path("docs")
INTRODUCTION = """\
Written by `make results` from the evidence of `make compare`, `make load SCENARIO=all` and
`make tune-compare` that is kept in `docs/results/`; a test compares them. How to read the figures:
[load-tests.md](load-tests.md)."""
COMPARISON, SCENARIOS, SETTINGS = "compare", "all", "tune-compare"
KINDS: dict[str, type[Comparison | Overview | Tuning]] = {
    COMPARISON: Comparison,
    SCENARIOS: Overview,
    SETTINGS: Tuning,
}
COMMANDS = {COMPARISON: "make compare", SCENARIOS: "make load SCENARIO=all", SETTINGS: "make tune-compare"}


def main() -> int:
    """Keep the newest evidence of each kind in docs/results, and write docs/results.md from it."""
    parser = argparse.ArgumentParser(prog="python -m loadtests.compare.results", description=main.__doc__)
    parser.add_argument(
        "--evidence", type=Path, default=Path("evidence"), help="the folder that collects evidence"
    )
    options = parser.parse_args()
    try:
        for kind in KINDS:
            keep_newest(kind, options.evidence)
        (DOCS / "results.md").write_text(page(DOCS / "results"))
    except RefusedError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{DOCS / 'results.md'} says what {DOCS / 'results'} says")
    return 0


def keep_newest(kind: str, evidence: Path) -> None:
    """Copy the newest summary of the kind, if there is one, to docs/results."""
    found = sorted(evidence.glob(f"*Z-{kind}/summary.json"))
    if not found and not (DOCS / "results" / f"{kind}.json").exists():
        raise RefusedError(f"{evidence} has no evidence of {kind}: run `{COMMANDS[kind]}` first.")
    if found:
        (DOCS / "results").mkdir(parents=True, exist_ok=True)
        summary = read_json(found[-1], KINDS[kind], f"`{COMMANDS[kind]}` writes it")
        if isinstance(summary, Overview):
            summary = msgspec.structs.replace(
                summary, scenarios=[_shortened(each) for each in summary.scenarios]
            )
        (DOCS / "results" / f"{kind}.json").write_bytes(as_json(summary) + b"\n")


def _shortened(scenario: Summary) -> Summary:
    """Return it with the measurements that the page shows."""
    shown = {metric: scenario.measurements.get(metric) for metric in COLUMNS}
    return msgspec.structs.replace(scenario, measurements=shown)


def page(results: Path) -> str:
    """Return docs/results.md as it follows from the summaries in docs/results."""
    comparison = read_json(results / f"{COMPARISON}.json", Comparison, "`make results` writes it")
    overview = read_json(results / f"{SCENARIOS}.json", Overview, "`make results` writes it")
    tuning = read_json(results / f"{SETTINGS}.json", Tuning, "`make results` writes it")
    host = comparison.host
    sides = "\n".join(f"- **{name}**: {what}" for name, what in SIDES.items())
    where = f"{host.kind} servers with {host.vcpus} vCPU and {host.ram_mb / 1024:.3g} GB each"
    rows = f"scale {comparison.seed.scale:g}, the same {comparison.seed.rows or 0:,} rows on each"
    scenarios = [[each.scenario, *cells(each)] for each in overview.scenarios]
    return (
        "\n\n".join(
            [
                "# Results",
                INTRODUCTION,
                "## Before and after",
                f"{_when(comparison)}: {where}, on one machine with the load generator;\n{rows}.",
                sides,
                *(_phase(phase) for phase in comparison.phases),
                "## Every scenario",
                f"{_when(overview)}.",
                _table([["", *COLUMNS.values()], *scenarios]),
                "\n".join(f"- {each}" for each in _missed(overview)),
                *_settings(tuning),
                "",
            ]
        ).rstrip()
        + "\n"
    )


def _phase(phase: Compared) -> str:
    latencies = _table([row_head(phase), *(row_cells(row) for row in phase.rows)])
    taken = _table([["", *phase.sides], *(resource_cells(resource) for resource in phase.resources)])
    told = f"{phase.note} Rounds: {phase.rounds}. Requests: {failures(phase)}."
    told += "".join(f"\n- {doubt}" for doubt in phase.doubts)
    return f"### {phase.phase.capitalize()}\n\n{told}\n\n{latencies}\n\n{taken}"


def _missed(overview: Overview) -> list[str]:
    """Return each problem of a scenario, and each ambition that it did not reach."""
    problems = [
        f"{scenario.scenario}: {problem}" for scenario in overview.scenarios for problem in scenario.problems
    ]
    short = [
        f"{scenario.scenario}: {verdict.name} is {format_number(verdict.value, verdict.unit)}, and not yet"
        f" {verdict.comparison} {verdict.ambition:g} {verdict.unit}"
        for scenario in overview.scenarios
        for verdict in scenario.targets
        if verdict.ok and verdict.value is not None and verdict.ambition_ok is False
    ]
    return [*problems, *short] or ["every target is met, and every ambition"]


def _settings(tuning: Tuning) -> list[str]:
    """Return the section about sets of settings: ours as measured, the others as a multiple of it."""
    sets = "\n".join(f"- **{name}**: {what}" for name, what in SETS.items())
    host = tuning.host
    how = f"scale {tuning.seed.scale:g}, {tuning.rounds} rounds, in turns on one server"
    star = "A star: better than ours by a twentieth in every round."
    return [
        "## Sets of settings",
        f"{_when(tuning)}: {how} with {host.vcpus} vCPU and {host.ram_mb / 1024:.3g} GB.\n{star}",
        sets,
        _table([head(), *map(tuning_cells, tuning.rows)]),
        "\n".join(f"- {each}" for each in [*conclusions(tuning), *tuning.doubts]),
    ]


def _when(summary: Comparison | Overview | Tuning) -> str:
    return f"{summary.time[:10]}, revision {summary.git_revision[:12]}{summary.git_revision[40:]}"


def _table(rows: list[list[str]]) -> str:
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
