"""`python -m loadtests.compare --after DIR --before DIR --tuned DIR`: before and after, as evidence."""

import argparse
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from loadtests.compare.page import as_text, render
from loadtests.compare.phases import AFTER, BEFORE, JOINED, PHASES, TUNED
from loadtests.compare.run import Sides, compare, marked_as_baseline
from loadtests.compare.summary import Comparison
from loadtests.errors import RefusedError
from loadtests.evidence.gathered import as_json, keep
from loadtests.evidence.inputs import Host
from loadtests.evidence.revision import git_revision
from loadtests.files import read_json
from loadtests.target import read_seed


def main() -> int:
    """Load the sides in turns, and write what came of it; exit code 1 if a side cannot be loaded."""
    parser = argparse.ArgumentParser(prog="python -m loadtests.compare", description=main.__doc__)
    for side in (AFTER, BEFORE, TUNED):
        parser.add_argument(
            f"--{side}", type=Path, required=True, help="its folder, with target.json and seed.json"
        )
    parser.add_argument(
        "--out", type=Path, default=Path("evidence"), help="the folder that collects evidence"
    )
    parser.add_argument("--phases", help="only these, by commas")
    parser.add_argument("--rounds", type=int, help="instead of each phase's own")
    parser.add_argument("--seconds", help="of each load, instead of its shape's")
    options = parser.parse_args()
    try:
        return _compare(options)
    except RefusedError as error:
        print(error, file=sys.stderr)
        return 1


def _compare(options: argparse.Namespace) -> int:
    for folder in (options.before, options.tuned):
        marked_as_baseline(folder)
    sides = Sides(
        {AFTER: options.after, BEFORE: options.before, JOINED: options.before, TUNED: options.tuned}
    )
    names = [phase.name for phase in PHASES]
    wanted = options.phases.split(",") if options.phases else names
    if unknown := [name for name in wanted if name not in names]:
        raise RefusedError(f"There is no phase {unknown[0]}: there are {', '.join(names)}.")
    now = datetime.now(UTC)
    comparison = Comparison(
        time=now.isoformat(timespec="seconds"),
        git_revision=git_revision(),
        host=read_json(options.after / "host.json", Host, "`make deploy` writes it"),
        seed=read_seed(options.after),
        phases=[
            compare(phase, sides, options.rounds, options.seconds) for phase in PHASES if phase.name in wanted
        ],
    )
    files = {"summary.json": as_json(comparison), "report.html": render(comparison).encode()}
    folder = keep(options.out, f"{now:%Y-%m-%dT%H%M%SZ}-compare", files)
    print(f"{as_text(comparison)}\n\nreport  {folder / 'report.html'}", flush=True)
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it without a traceback
    sys.exit(main())
