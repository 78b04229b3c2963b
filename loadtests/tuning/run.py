"""Runs the rounds: each set of settings in its turn, under a usual load and under too much."""

from pathlib import Path
from typing import NamedTuple

from loadtests.evidence.inputs import Host
from loadtests.files import read_json
from loadtests.headless import run_load
from loadtests.results.load_file import Load
from loadtests.target import read_target
from loadtests.tuning.server import SETS, Size, compared, settings, use

FOLDER = Path(__file__).parent
SCENARIOS = {"usual": "mixed", "busy": "pool"}
"""Shape -> what people do: a day by role, or only what the cache cannot answer."""
PLACES = (0, 1, 3, 2)


class Loads(NamedTuple):
    """What one set did in one round, and how large its data and its buffers were."""

    usual: Load
    busy: Load
    size: Size


def rounds(run_dir: Path, number: int, seconds: str | None) -> list[dict[str, Loads]]:
    """Return the loads of each round by set."""
    target = read_target(run_dir / "target.json")
    host = read_json(run_dir / "host.json", Host, "`make deploy` writes it")
    lines = {name: settings(name, host.ram_mb) for name in SETS}
    done = []
    with compared(target):
        for this in range(number):
            found = {}
            for name in order(this):
                print(f"round {this + 1} of {number}: {name}", flush=True)
                size = use(target, lines[name])
                usual, busy = (
                    run_load(run_dir, scenario, FOLDER / f"{shape}.yml", seconds)
                    for shape, scenario in SCENARIOS.items()
                )
                found[name] = Loads(usual, busy, size)
            done.append(found)
    return done


def order(this: int) -> list[str]:
    """Return the sets in the order of a round: in four, each comes once after each other (Williams, 1949)."""
    names = [*SETS]
    return [names[(place + this) % len(names)] for place in PLACES]
