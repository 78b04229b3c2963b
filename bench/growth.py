"""`python -m bench.growth --run-dir build/NAME --grown build/OTHER`: slowdown with ten times the data."""

import argparse
import signal
import sys
from pathlib import Path
from statistics import median
from typing import Any

import msgspec

from bench import on_server
from bench.verdict import as_text, verdicts
from loadtests.errors import RefusedError
from loadtests.target import Target, read_seed, read_target

ROUNDS = 7
WORK = 10

Figures = dict[str, dict[str, Any]]


def main(arguments: list[str] | None = None) -> int:
    """Write growth.json and print its figures; exit code 1 if a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.growth", description=main.__doc__)
    parser.add_argument("--run-dir", type=Path, required=True, help="of a server with the usual seed")
    parser.add_argument("--grown", type=Path, required=True, help="of one seeded with ten times the data")
    options = parser.parse_args(arguments)
    try:
        usual = _target(options.run_dir, 1)
        grown = _target(options.grown, WORK)
        rounds = _rounds(usual, grown)
    except RefusedError as error:
        print(error, file=sys.stderr)
        return 1
    found = {"growth": compared(rounds)}
    judged = verdicts(found)
    told = {"targets": judged, **found}
    (options.run_dir / "growth.json").write_bytes(msgspec.json.format(msgspec.json.encode(told), indent=2))
    print(as_text(judged))
    return 0 if all(verdict.ok for verdict in judged) else 1


def compared(rounds: list[tuple[Figures, Figures]]) -> dict[str, Any]:
    """Return the growth of each read's p95: the median of the rounds' ratios."""
    return {
        name: {
            "growth": round(
                median(grown[name]["p95_ms"] / usual[name]["p95_ms"] for usual, grown in rounds), 2
            ),
            "p95_ms": median(usual[name]["p95_ms"] for usual, _ in rounds),
            "grown_p95_ms": median(grown[name]["p95_ms"] for _, grown in rounds),
            "p50_ms": median(usual[name]["p50_ms"] for usual, _ in rounds),
            "grown_p50_ms": median(grown[name]["p50_ms"] for _, grown in rounds),
            "slowest": rounds[-1][1][name]["slowest"],
        }
        for name in rounds[0][0]
    }


def _target(run_dir: Path, work: int) -> Target:
    seed = read_seed(run_dir)
    if seed.scale < 1 or (seed.work or 1) != work:
        raise RefusedError(
            f"{run_dir} is of a server with scale {seed.scale:g} and {seed.work or 1} times the work,"
            f" not scale 1 and {work}: `make seed WORK={work}`."
        )
    return read_target(run_dir / "target.json")


def _rounds(usual: Target, grown: Target) -> list[tuple[Figures, Figures]]:
    """Return both servers' figures per round; they take turns, since a machine changes within minutes."""
    rounds = []
    for number in range(ROUNDS):
        print(f"round {number + 1} of {ROUNDS}", file=sys.stderr, flush=True)
        order = (usual, grown) if number % 2 else (grown, usual)
        first, second = (on_server.measure(target, ["growing"])["growing"] for target in order)
        rounds.append((first, second) if number % 2 else (second, first))
    return rounds


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it without a traceback
    sys.exit(main())
