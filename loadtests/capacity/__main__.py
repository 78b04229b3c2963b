"""`python -m loadtests.capacity --run-dir DIR`: more and more users until a target is missed, as evidence."""

import argparse
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from loadtests.capacity.page import Capacity, as_text, render
from loadtests.capacity.search import search
from loadtests.capacity.steps import Step, step_of
from loadtests.compare.run import marked_as_baseline
from loadtests.errors import RefusedError
from loadtests.evidence.gathered import as_json, keep
from loadtests.evidence.inputs import Host
from loadtests.evidence.revision import git_revision
from loadtests.files import read_json
from loadtests.headless import run_load
from loadtests.target import read_seed

SHAPE = Path(__file__).with_name("step.yml")


def main() -> int:
    """Search for the capacity, and write how it was found; exit code 1 if the server cannot be loaded."""
    parser = argparse.ArgumentParser(prog="python -m loadtests.capacity", description=main.__doc__)
    parser.add_argument("--run-dir", type=Path, required=True, help="where target.json and seed.json are")
    parser.add_argument("--scenario", default="mixed", choices=("mixed", "compare"), help="what the users do")
    parser.add_argument("--baseline", action="store_true", help="the typical app serves there")
    parser.add_argument("--first", type=int, default=50, help="users of the first step")
    parser.add_argument("--seconds", help="of each step, instead of its shape's")
    parser.add_argument(
        "--out", type=Path, default=Path("evidence"), help="the folder that collects evidence"
    )
    options = parser.parse_args()
    try:
        found(options)
    except RefusedError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def found(options: argparse.Namespace) -> Capacity:
    """Return the server's capacity, after its evidence has been written and printed."""
    if options.baseline:
        marked_as_baseline(options.run_dir)
    host = read_json(options.run_dir / "host.json", Host, "`make deploy` writes it")
    steps: list[Step] = []

    def is_carried(users: int) -> bool:
        step = step_of(
            run_load(
                options.run_dir,
                options.scenario,
                SHAPE,
                options.seconds,
                f"--users={users}",
                f"--spawn-rate={users}",
            ),
            host.vcpus,
        )
        steps.append(step)
        verdict = "carried" if not step.missed else f"too much: {step.missed[0]}"
        print(f"{users} users, {step.sent_per_second:g} requests/s: {verdict}", flush=True)
        return not step.missed

    carried, _ = search(is_carried, options.first)
    now = datetime.now(UTC)
    capacity = Capacity(
        time=now.isoformat(timespec="seconds"),
        git_revision=git_revision(),
        host=host,
        seed=read_seed(options.run_dir),
        serves="a typical app" if options.baseline else "the project",
        scenario=options.scenario,
        users=carried,
        requests_per_second=max(
            (step.sent_per_second for step in steps if step.users == carried), default=0.0
        ),
        gave_out=next((step.gave_out for step in sorted(steps, key=lambda s: s.users) if step.missed), ""),
        steps=sorted(steps, key=lambda step: step.users),
    )
    files = {"summary.json": as_json(capacity), "report.html": render(capacity).encode()}
    folder = keep(options.out, f"{now:%Y-%m-%dT%H%M%SZ}-capacity", files)
    print(f"\n{as_text(capacity)}\n\nreport  {folder / 'report.html'}", flush=True)
    return capacity


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it without a traceback
    sys.exit(main())
