"""`python -m loadtests.tuning --run-dir DIR`: ours, stock, pgtune and timescaledb-tune in turns."""

import argparse
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from loadtests.errors import RefusedError
from loadtests.evidence.gathered import as_json, keep
from loadtests.evidence.inputs import Host
from loadtests.evidence.revision import git_revision
from loadtests.files import read_json
from loadtests.target import read_seed
from loadtests.tuning.figures import rows
from loadtests.tuning.page import Tuning, as_text, render
from loadtests.tuning.run import Loads, rounds

ROUNDS = 4


def main() -> int:
    """Load the sandbox under each set in turns; exit code 1 if it cannot be loaded."""
    parser = argparse.ArgumentParser(prog="python -m loadtests.tuning", description=main.__doc__)
    parser.add_argument("--run-dir", type=Path, required=True, help="where target.json and seed.json are")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", help="of each load, instead of its shape's")
    parser.add_argument(
        "--out", type=Path, default=Path("evidence"), help="the folder that collects evidence"
    )
    options = parser.parse_args()
    try:
        done = rounds(options.run_dir, options.rounds, options.seconds)
        now = datetime.now(UTC)
        tuning = Tuning(
            time=now.isoformat(timespec="seconds"),
            git_revision=git_revision(),
            host=read_json(options.run_dir / "host.json", Host, "`make deploy` writes it"),
            seed=read_seed(options.run_dir),
            rounds=len(done),
            rows=rows(done),
            failed={name: sum(_failed(each[name]) for each in done) for name in done[0]},
            doubts=_doubts(done),
        )
    except RefusedError as error:
        print(error, file=sys.stderr)
        return 1
    files = {"summary.json": as_json(tuning), "report.html": render(tuning).encode()}
    folder = keep(options.out, f"{now:%Y-%m-%dT%H%M%SZ}-tune-compare", files)
    print(f"\n{as_text(tuning)}\n\nreport  {folder / 'report.html'}", flush=True)
    return 0


def _failed(loads: Loads) -> int:
    """Return how many requests failed under the usual load; too much load may fail some."""
    return sum(failure.count for failure in loads.usual.failures)


def _doubts(done: list[dict[str, Loads]]) -> list[str]:
    return [
        f"{name}, round {number}: {doubt}"
        for number, found in enumerate(done, 1)
        for name, loads in found.items()
        for doubt in loads.usual.invalid
    ]


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it without a traceback
    sys.exit(main())
