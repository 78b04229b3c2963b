"""summary.json: the verdict on a whole run, from the deploy to the load."""

from datetime import datetime

import msgspec

from loadtests.evidence.inputs import Deploy, Host, Inputs, Verify
from loadtests.results.slo import Verdict
from loadtests.results.table import bound, format_value, miss_sentence, table
from loadtests.target import Seed


class Summary(msgspec.Struct, frozen=True):
    """The contents of summary.json; `problems` explains why `ok` is false, and is empty otherwise."""

    ok: bool
    problems: list[str]
    time: str
    scenario: str
    git_revision: str
    config_hash: str
    host: Host
    deploy: Deploy
    seed: Seed
    verify: Verify
    targets: list[Verdict]
    bench: list[Verdict]
    measurements: dict[str, float | None]


def summarize(inputs: Inputs, git_revision: str, now: datetime) -> Summary:
    """Return the verdict on the run."""
    problems = _problems(inputs)
    return Summary(
        ok=not problems,
        problems=problems,
        time=now.isoformat(timespec="seconds"),
        scenario=inputs.load.scenario,
        git_revision=git_revision,
        config_hash=inputs.deploy.config_hash,
        host=inputs.host,
        deploy=inputs.deploy,
        seed=inputs.seed,
        verify=inputs.verify,
        targets=inputs.load.targets,
        bench=inputs.bench,
        measurements=inputs.load.measurements,
    )


def as_text(summary: Summary) -> str:
    """Return the table of figures against targets that a run ends with."""
    rows = [["", "", "measured", "target", "ambition", ""]]
    rows += [
        [
            "ok" if verdict.ok else "MISSED",
            verdict.name,
            format_value(verdict.value, verdict.unit),
            bound(verdict),
            f"{verdict.comparison} {verdict.ambition:g} {verdict.unit}" if verdict.ambition else "",
            "reached" if verdict.ambition_ok else "",
        ]
        for verdict in (*summary.targets, *summary.bench)
    ]
    deploy, verify = summary.deploy, summary.verify
    again = (
        "no second run" if deploy.second_run_changed is None else f"{deploy.second_run_changed} by a second"
    )
    facts = [
        [
            "deploy",
            f"{deploy.seconds:.0f} s, {deploy.operations} operations, {deploy.changed} changed, {again}",
        ],
        ["verify", f"{verify.passed} passed, {verify.failed} failed, {len(verify.skipped)} skipped"],
    ]
    return f"{table(rows, left=2)}\n\n{table(facts, left=2)}"


def _problems(inputs: Inputs) -> list[str]:
    verify, changed = inputs.verify, inputs.deploy.second_run_changed
    problems = [miss_sentence(verdict) for verdict in (*inputs.load.targets, *inputs.bench) if not verdict.ok]
    problems += [f"the load is invalid: {doubt}" for doubt in inputs.load.invalid]
    if not inputs.load.targets:
        problems.append("no target was judged")
    if verify.failed:
        problems.append(f"{verify.failed} checks of the server failed")
    if not verify.passed:
        problems.append("no check of the server passed")
    if changed is None:
        problems.append("no second deploy showed that it changes nothing")
    elif changed:
        problems.append(f"a second deploy changed {changed} things")
    return problems
