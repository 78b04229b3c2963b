"""`python -m loadtests --run-dir build/NAME --scenario mixed`: one load test, or all, and their evidence."""

import argparse
import signal
import socket
import subprocess
import sys
from pathlib import Path

from loadtests.errors import RefusedError
from loadtests.evidence.gathered import Gathered, gather
from loadtests.evidence.overview import gather_overview
from loadtests.results.load_file import LOAD_FILE
from loadtests.scenarios import IN_ALL, NAMES

BEFORE = ("deploy", "verify", "seed")
SCENARIOS = Path("loadtests/scenarios")


def main() -> int:
    """Run the loads, each with its report, and print their figures; exit code 1 if anything is missed."""
    parser = argparse.ArgumentParser(prog="python -m loadtests", description=main.__doc__)
    parser.add_argument("--run-dir", type=Path, required=True, help="where target.json and seed.json are")
    parser.add_argument("--scenario", required=True, help="a file of loadtests/scenarios, or all")
    parser.add_argument(
        "--out", type=Path, default=Path("evidence"), help="the folder that collects evidence"
    )
    parser.add_argument("--users", help="instead of the shape's")
    parser.add_argument("--seconds", help="of the whole load, instead of the shape's")
    parser.add_argument("--workers", help="Locust in so many processes, for more load than one core can make")
    options = parser.parse_args()
    try:
        return run(options)
    except RefusedError as error:
        print(error, file=sys.stderr)
        return 1


def run(options: argparse.Namespace) -> int:
    """Return the exit code of the loads that the options ask for."""
    if options.scenario not in {"all", *NAMES}:
        raise RefusedError(f"There is no scenario {options.scenario}: there are {', '.join(NAMES)}, and all.")
    for name in ("users", "seconds", "workers"):
        told = getattr(options, name)
        if told and not (told.isdecimal() and int(told)):
            raise RefusedError(f"{name.upper()}={told} is not a whole number from 1 on.")
    for step in BEFORE:
        if not (options.run_dir / f"{step}.json").exists():
            needed = options.run_dir / f"{step}.json"
            raise RefusedError(f"The evidence of this load test needs {needed}: run `make {step}` first.")
    if options.scenario != "all":
        return 0 if _load(options, options.scenario).summary.ok else 1
    gathered = []
    for number, scenario in enumerate(IN_ALL, 1):
        print(f"\n{number} of {len(IN_ALL)}: {scenario}", flush=True)
        gathered.append(_load(options, scenario))
    return 0 if gather_overview(gathered, options.out) else 1


def _load(options: argparse.Namespace, scenario: str) -> Gathered:
    """Return the evidence of one load; without figures, Locust has said why."""
    command = [sys.executable, "-m", "locust", "-f", str(SCENARIOS / f"{scenario}.py"), "--headless"]
    command += ["--target", str(options.run_dir / "target.json"), "--run-dir", str(options.run_dir)]
    command += [f"--users={options.users}"] if options.users else []
    command += [f"--run-time={options.seconds}s"] if options.seconds else []
    if options.workers:
        port = _free_port()
        command += [f"--processes={options.workers}", f"--master-bind-port={port}", f"--master-port={port}"]
    (options.run_dir / LOAD_FILE).unlink(missing_ok=True)
    code = subprocess.run(command, check=False).returncode
    if not (options.run_dir / LOAD_FILE).exists():
        sys.exit(code or 1)
    return gather(options.run_dir, scenario, options.out)


def _free_port() -> int:
    """Return a port that nobody listens at: workers of another load must not find this master."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it without a traceback
    sys.exit(main())
