"""python -m loadtests.evidence --run-dir build/NAME --scenario mixed --out evidence."""

import argparse
import signal
import sys
from pathlib import Path

from loadtests.errors import RefusedError
from loadtests.evidence.gathered import gather


def main(arguments: list[str] | None = None) -> int:
    """Write a run's evidence and print its figures; exit code 1 if anything is missed."""
    parser = argparse.ArgumentParser(prog="python -m loadtests.evidence", description=main.__doc__)
    parser.add_argument("--run-dir", type=Path, required=True, help="where the steps left their JSON files")
    parser.add_argument("--scenario", required=True, help="the scenario of the load, for example mixed")
    parser.add_argument("--out", type=Path, required=True, help="the folder that collects evidence")
    options = parser.parse_args(arguments)
    try:
        gathered = gather(options.run_dir, options.scenario, options.out)
    except RefusedError as error:
        print(error, file=sys.stderr)
        return 1
    return 0 if gathered.summary.ok else 1


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it without a traceback
    sys.exit(main())
