"""One load from a program: Locust in a process of its own, and what it has found."""

import subprocess
import sys
from pathlib import Path

from loadtests.errors import RefusedError
from loadtests.files import read_json
from loadtests.results.load_file import LOAD_FILE, Load

SCENARIOS = Path("loadtests/scenarios")


def run_load(run_dir: Path, scenario: str, shape: Path, seconds: str | None, *options: str) -> Load:
    """
    Return what a load of the server in run_dir has found; `seconds` replaces its shape's length.

    Raises RefusedError with Locust's last words if it has written nothing.
    """
    command = [sys.executable, "-m", "locust", "-f", str(SCENARIOS / f"{scenario}.py"), "--headless"]
    command += ["--shape", str(shape), *options]
    command += ["--target", str(run_dir / "target.json"), "--run-dir", str(run_dir)]
    command += [f"--run-time={seconds}s"] if seconds else []
    (run_dir / LOAD_FILE).unlink(missing_ok=True)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not (run_dir / LOAD_FILE).exists():
        said = next(iter(done.stderr.strip().splitlines()[-1:]), "Locust did not say why it ended.")
        raise RefusedError(f"{run_dir.name}: {said}")
    return read_json(run_dir / LOAD_FILE, Load, "Locust has just written it")
