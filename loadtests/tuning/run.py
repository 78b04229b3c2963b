"""Runs the rounds: each set of settings in its turn, under a usual load and under too much."""

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from loadtests.errors import RefusedError
from loadtests.evidence.inputs import Host
from loadtests.files import read_json
from loadtests.results.load_file import LOAD_FILE, Load
from loadtests.target import read_target
from loadtests.tuning.server import SETS, compared, settings, use

FOLDER = Path(__file__).parent
SCENARIOS = {"usual": "mixed", "busy": "pool"}
"""Shape -> what people do: a day by role, or only what the cache cannot answer."""


class Loads(NamedTuple):
    """What one set did in one round."""

    usual: Load
    busy: Load


def rounds(run_dir: Path, number: int, seconds: str | None) -> list[dict[str, Loads]]:
    """Return the loads of each round by set; the order moves on by one each time."""
    target = read_target(run_dir / "target.json")
    host = read_json(run_dir / "host.json", Host, "`make deploy` writes it")
    lines = {name: settings(name, host.ram_mb) for name in SETS}
    names, done = [*SETS], []
    with compared(target):
        for this in range(number):
            found = {}
            for name in names[this % len(names) :] + names[: this % len(names)]:
                print(f"round {this + 1} of {number}: {name}", flush=True)
                use(target, lines[name])
                found[name] = Loads(_load(run_dir, "usual", seconds), _load(run_dir, "busy", seconds))
            done.append(found)
    return done


def _load(run_dir: Path, shape: str, seconds: str | None) -> Load:
    scenario = f"loadtests/scenarios/{SCENARIOS[shape]}.py"
    command = [sys.executable, "-m", "locust", "-f", scenario, "--headless"]
    command += ["--shape", str(FOLDER / f"{shape}.yml")]
    command += ["--target", str(run_dir / "target.json"), "--run-dir", str(run_dir)]
    command += [f"--run-time={seconds}s"] if seconds else []
    (run_dir / LOAD_FILE).unlink(missing_ok=True)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not (run_dir / LOAD_FILE).exists():
        raise RefusedError(
            next(iter(done.stderr.strip().splitlines()[-1:]), "Locust did not say why it ended.")
        )
    return read_json(run_dir / LOAD_FILE, Load, "Locust has just written it")
