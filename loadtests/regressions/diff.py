"""Two loads from their kept evidence, whenever they were run."""

from datetime import UTC, datetime
from pathlib import Path

from loadtests.errors import RefusedError
from loadtests.evidence.summary import Summary
from loadtests.files import read_json
from loadtests.regressions.changes import changes
from loadtests.regressions.comparison import Comparison, Side, figures, named
from loadtests.regressions.rows import BETTER, TOO_FEW, WORSE, rows
from loadtests.results.answers import ANSWERS_FILE, read_answers

EVIDENCE = Path("evidence")


def diff(first: str, second: str) -> Comparison:
    """Return what differs between two folders of evidence, each given by its name or its path."""
    folders = _folder(first, "A"), _folder(second, "B")
    before, after = (
        read_json(folder / "summary.json", Summary, "`make load` writes it") for folder in folders
    )
    answers = [read_answers(folder) for folder in folders]
    found = rows(*answers, in_turns=False)
    if not found:
        raise RefusedError(f"A={first} and B={second} have no kind of request in common.")
    return Comparison(
        time=datetime.now(UTC).isoformat(timespec="seconds"),
        what="diff",
        sides=(_side(folders[0], before), _side(folders[1], after)),
        scenario=before.scenario if before.scenario == after.scenario else "",
        looks=[found],
        figures=figures(before.measurements, after.measurements),
        worse=named(WORSE, found),
        better=named(BETTER, found),
        few=named(TOO_FEW, found),
        problems=changes(answers[0], answers[1]) if before.scenario == after.scenario else [],
        doubts=_doubts(before, after),
    )


def _folder(name: str, variable: str) -> Path:
    """Return the folder of a load's evidence."""
    if not name:
        raise RefusedError("Which two loads? Name two folders of evidence/: make diff A= B=")
    folder = next((path for path in (EVIDENCE / name, Path(name)) if path.is_dir()), None)
    if folder is None:
        raise RefusedError(f"{variable}={name}: there is no such folder in {EVIDENCE}/.")
    if not (folder / ANSWERS_FILE).exists():
        raise RefusedError(
            f"{variable}={name}: it has no {ANSWERS_FILE}, so it is not of a load, or older than that file."
        )
    return folder.resolve()


def _side(folder: Path, summary: Summary) -> Side:
    return Side(folder.name, summary.time, summary.git_revision, summary.host, summary.seed)


def _doubts(before: Summary, after: Summary) -> list[str]:
    """Return what else differs between the two, or makes one of them no measure."""
    doubts = [
        f"{'AB'[number]}: {problem}"
        for number, side in enumerate((before, after))
        for problem in side.problems
        if problem.startswith("the load is invalid")
    ]
    pairs = {
        "scenarios": (before.scenario, after.scenario),
        "servers": tuple(f"{s.host.kind}, {s.host.vcpus} vCPU, {s.host.ram_mb} MB" for s in (before, after)),
        "data": tuple(f"scale {s.seed.scale:g}" for s in (before, after)),
        "configurations": (before.config_hash, after.config_hash),
    }
    return doubts + [f"different {what}: {a}, and {b}" for what, (a, b) in pairs.items() if a != b]
