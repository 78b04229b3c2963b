"""One look at two servers: the same load on both, in turns."""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from loadtests.errors import RefusedError
from loadtests.files import read_json
from loadtests.regressions.rows import Row, rows
from loadtests.results.answers import ANSWERS_FILE, Kept, read_answers
from loadtests.results.load_file import LOAD_FILE, Load

SCENARIO = Path("loadtests/scenarios/turns.py")


class Look(NamedTuple):
    """What both servers have answered in turns."""

    loads: tuple[Load, Load]
    answers: tuple[list[Kept], list[Kept]]
    rows: list[Row]


def look_at(folders: tuple[Path, Path], seconds: float | None, closer: Sequence[str] = ()) -> Look:
    """Load both, each in its turns; a closer look is at some groups of requests."""
    for folder in folders:
        for file in (LOAD_FILE, ANSWERS_FILE):
            (folder / file).unlink(missing_ok=True)
    options = [f"--run-time={seconds:g}s"] if seconds else []
    options += [f"--closer={','.join(closer)}"] if closer else []
    _finish([_begin(folder, f"--turn={turn}", *options) for turn, folder in enumerate(folders)], folders)
    first, second = (read_json(folder / LOAD_FILE, Load, "Locust has just written it") for folder in folders)
    before, after = (read_answers(folder) for folder in folders)
    compared = undisturbed(before, after, first.shape.turn_seconds)
    return Look((first, second), (before, after), rows(*compared, in_turns=True))


def _begin(folder: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "locust", "-f", str(SCENARIO), "--headless", *options]
    command += ["--target", str(folder / "target.json"), "--run-dir", str(folder)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def _finish(running: list[subprocess.Popen[str]], folders: tuple[Path, Path]) -> None:
    """Both loads have ended with their figures; if one fails, the other is stopped."""
    while any(process.poll() is None for process in running):
        if any(
            process.poll() is not None and not (folder / LOAD_FILE).exists()
            for process, folder in zip(running, folders, strict=True)
        ):
            for process in running:
                process.terminate()
        time.sleep(0.2)
    for process, folder in zip(running, folders, strict=True):
        said = process.communicate()[1]
        if process.returncode >= 0 and not (folder / LOAD_FILE).exists():
            reason = next(iter(said.strip().splitlines()[-1:]), "Locust did not say why it ended")
            raise RefusedError(f"{folder.name}: {reason}")
    if missing := [folder for folder in folders if not (folder / LOAD_FILE).exists()]:
        raise RefusedError(f"{missing[0].name}: the load was stopped before its end.")


def undisturbed(first: list[Kept], second: list[Kept], turn_seconds: float) -> tuple[list[Kept], list[Kept]]:
    """Return the answers without those that were due while one of the other side's was still late."""
    return _without(first, second, turn_seconds), _without(second, first, turn_seconds)


def _without(own: list[Kept], others: list[Kept], turn_seconds: float) -> list[Kept]:
    late = []
    for answer in others:
        begin, end = (answer.due // turn_seconds + 1) * turn_seconds, answer.due + answer.ms / 1000
        if end > begin:
            late.append((begin, end))
    return [answer for answer in own if not any(begin <= answer.due < end for begin, end in late)]
