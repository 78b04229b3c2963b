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
from loadtests.tuning.server import ENDINGS

ROUNDS = 4
MB = 1024 * 1024
INTERRUPTED = 128 + signal.SIGINT


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
        for ending in ENDINGS:
            signal.signal(ending, signal.default_int_handler)
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
            doubts=doubts(done),
        )
    except RefusedError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted: the server has the project's settings again.", file=sys.stderr)
        return INTERRUPTED
    files = {"summary.json": as_json(tuning), "report.html": render(tuning).encode()}
    folder = keep(options.out, f"{now:%Y-%m-%dT%H%M%SZ}-tune-compare", files)
    print(f"\n{as_text(tuning)}\n\nreport  {folder / 'report.html'}", flush=True)
    return 0


def _failed(loads: Loads) -> int:
    """Return how many requests failed, under too much load as well."""
    return sum(failure.count for load in (loads.usual, loads.busy) for failure in load.failures)


def doubts(done: list[dict[str, Loads]]) -> list[str]:
    """Return why the figures cannot be trusted: of each load, and data that every set holds in memory."""
    loads = [
        f"{name}, round {number}, {shape}: {doubt}"
        for number, found in enumerate(done, 1)
        for name, loads in found.items()
        for shape, load in (("usual load", loads.usual), ("busy", loads.busy))
        for doubt in load.invalid
    ]
    small = [
        f"The data ({loads.size.stored / MB:.0f} MB) fits into shared_buffers of {name}"
        f" ({loads.size.buffers / MB:.0f} MB): seed more, `make seed SCALE=1`."
        for name, loads in done[0].items()
        if loads.size.stored <= loads.size.buffers
    ]
    return small + loads


if __name__ == "__main__":
    sys.exit(main())
