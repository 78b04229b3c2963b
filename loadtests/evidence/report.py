"""report.html: the run on one self-contained page."""

from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from loadtests.evidence.plots import plots
from loadtests.evidence.summary import Summary
from loadtests.results.load_file import Load, Statement
from loadtests.results.measurements import GROUPS
from loadtests.results.slo import Verdict
from loadtests.results.table import GROUP_HEAD, bound, format_number, format_value, group_cells

FOLDER = Path(__file__).parent

STATEMENT_HEAD = ["calls/min", "ms in all", "mean ms", "longest ms", "rows a call", "from disk"]


class TargetRow(NamedTuple):
    """A target as the page shows it; `filled` and `tick` are positions on its bar, in percent."""

    name: str
    word: str
    value: str
    target: str
    ambition: str
    ambition_word: str
    filled: float
    tick: float


class StatementRow(NamedTuple):
    """A statement of the app as the page shows it."""

    text: str
    plan: str
    cells: list[str]


class GroupRow(NamedTuple):
    """A group of requests as the page shows it."""

    name: str
    route: str
    cells: list[str]


def environment() -> Environment:
    """Return where the pages' templates are."""
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(summary: Summary, load: Load) -> str:
    """Return the page."""
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            summary=summary,
            load=load,
            headline=_headline(summary),
            facts=_facts(summary, load),
            targets=[target_row(verdict) for verdict in summary.targets],
            bench=[target_row(verdict) for verdict in summary.bench],
            groups=[GroupRow(group, GROUPS[group], group_cells(f)) for group, f in load.groups.items()],
            group_head=GROUP_HEAD,
            plots=plots(load, summary.host.vcpus),
            statements=[_statement_row(statement, load.measured_seconds) for statement in load.statements],
            statement_head=STATEMENT_HEAD,
            steps=_steps(summary),
        )
    )


def _headline(summary: Summary) -> str:
    verdicts = (*summary.targets, *summary.bench)
    met = sum(verdict.ok for verdict in verdicts)
    wanted = [verdict for verdict in summary.targets if verdict.ambition is not None]
    reached = sum(verdict.ambition_ok is True for verdict in wanted)
    return f"{met} of {len(verdicts)} targets met, {reached} of {len(wanted)} ambitions reached"


def _facts(summary: Summary, load: Load) -> dict[str, str]:
    host, shape = summary.host, load.shape
    rate = sum(figures.per_second for figures in load.groups.values())
    return {
        "Server": f"{host.kind}, {host.vcpus} vCPU, {host.ram_mb / 1024:.3g} GB",
        "Load": (
            f"{summary.scenario}: {shape.users} users for {shape.seconds:g} s,"
            f" {format_number(rate)} requests/s"
        ),
        "Rate kept": f"{load.sent_per_second:g} of {load.wanted_per_second:g} requests/s sent in time",
        "Revision": summary.git_revision[:12] + ("-dirty" if summary.git_revision.endswith("-dirty") else ""),
        "Configuration": summary.config_hash,
        "Time": f"{summary.time[:16].replace('T', ' ')} UTC",
    }


def _steps(summary: Summary) -> dict[str, str]:
    deploy, verify = summary.deploy, summary.verify
    steps = {"Deploy": f"{deploy.seconds:.0f} s, {deploy.operations} operations, {deploy.changed} changed"}
    if deploy.second_run_changed is not None:
        seconds = f"{deploy.second_run_seconds:.0f} s, " if deploy.second_run_seconds is not None else ""
        steps["Second deploy"] = f"{seconds}{deploy.second_run_changed} changed"
    steps["Seed"] = (
        f"scale {summary.seed.scale:g}: {summary.seed.users:,} users, {summary.seed.seconds:.0f} s"
    )
    steps["Verify"] = f"{verify.passed} passed, {verify.failed} failed, {len(verify.skipped)} skipped"
    return steps


def _statement_row(statement: Statement, seconds: float) -> StatementRow:
    blocks = statement.blocks_hit + statement.blocks_read
    return StatementRow(
        text=statement.text.strip(),
        plan=statement.plan,
        cells=[
            format_number(60 * statement.calls / seconds),
            format_number(statement.total_ms),
            format_number(statement.mean_ms),
            format_number(statement.longest_ms),
            format_number(statement.rows / statement.calls),
            format_number(100 * statement.blocks_read / blocks if blocks else 0, "%"),
        ],
    )


def target_row(verdict: Verdict) -> TargetRow:
    """Return a verdict as a page shows it."""
    # An upper limit fills the bar to its end; a lower one is a tick on a whole: 100 %, or 1.
    from_below = 1.0 if verdict.unit == "times" else 100.0
    whole = verdict.target if verdict.comparison.startswith("<") else from_below
    return TargetRow(
        name=verdict.name,
        word="met" if verdict.ok else "missed",
        value=format_value(verdict.value, verdict.unit),
        target=bound(verdict),
        ambition=f"{verdict.comparison} {verdict.ambition:g} {verdict.unit}" if verdict.ambition else "",
        ambition_word="" if verdict.ambition is None else "reached" if verdict.ambition_ok else "not yet",
        filled=round(min(100.0, 100 * (verdict.value or 0.0) / whole), 1) if whole else 100.0,
        tick=round(100 * verdict.target / whole, 1) if whole else 100.0,
    )
