"""`python -m loadtests.regressions diff A B`, or `gate --before DIR --after DIR`."""

import argparse
import signal
import sys
from datetime import datetime
from pathlib import Path

from loadtests.errors import RefusedError
from loadtests.evidence.gathered import as_json, keep
from loadtests.evidence.revision import git_revision
from loadtests.regressions.comparison import Comparison
from loadtests.regressions.diff import diff
from loadtests.regressions.gate import gate
from loadtests.regressions.page import as_text, render


def main() -> int:
    """Compare, print, and keep the evidence; exit code 1 if it cannot be, or if the gate is closed."""
    parser = argparse.ArgumentParser(prog="python -m loadtests.regressions", description=main.__doc__)
    parser.add_argument(
        "--out", type=Path, default=Path("evidence"), help="the folder that collects evidence"
    )
    commands = parser.add_subparsers(required=True, dest="command")
    kept = commands.add_parser("diff", help="two loads from their evidence")
    kept.add_argument("a", help="a folder of evidence/")
    kept.add_argument("b", help="another, which is compared with it")
    turns = commands.add_parser("gate", help="two servers under the same load, in turns")
    for side in ("before", "after"):
        turns.add_argument(f"--{side}", type=Path, required=True, help="its folder, with target.json")
    turns.add_argument("--before-name", default="before", help="its revision")
    turns.add_argument("--seconds", type=float, help="of the first look, instead of the shape's")
    options = parser.parse_args()
    try:
        if options.command == "diff":
            _tell(diff(options.a, options.b), options.out)
            return 0
        names = options.before_name, git_revision()
        comparison = gate((options.before, options.after), names, options.seconds)
    except RefusedError as error:
        print(error, file=sys.stderr)
        return 1
    _tell(comparison, options.out)
    complaints = [f"worse: {name}" for name in comparison.worse]
    complaints += [f"not ok: {problem}" for problem in comparison.problems]
    complaints += [f"invalid: {doubt}" for doubt in comparison.doubts]
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return 1 if complaints else 0


def _tell(comparison: Comparison, out: Path) -> None:
    """Print the comparison and write its folder of evidence."""
    files = {"summary.json": as_json(comparison), "report.html": render(comparison).encode()}
    time = datetime.fromisoformat(comparison.time)
    folder = keep(out, f"{time:%Y-%m-%dT%H%M%SZ}-{comparison.what}", files)
    print(f"{as_text(comparison)}\n\nreport  {folder / 'report.html'}", flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it without a traceback
    sys.exit(main())
