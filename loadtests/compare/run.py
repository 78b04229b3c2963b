"""Runs the phases: one Locust after the other, each side in its turn."""

from pathlib import Path

import msgspec

from loadtests.baseline.install import switch_loading
from loadtests.compare import figures
from loadtests.compare.figures import Compared
from loadtests.compare.phases import BEFORE, JOINED, QUIET, Phase
from loadtests.headless import run_load
from loadtests.results.load_file import Load
from loadtests.target import Target, read_target

SCENARIO = "compare"
WARMING_SECONDS = "15"


class Sides:
    """Where each side serves: by side, the folder with its target.json and seed.json."""

    def __init__(self, folders: dict[str, Path]) -> None:
        self._folders = folders
        self._loading = ""
        self._warm: set[str] = set()

    def target(self, side: str) -> Target:
        """Return the side's server."""
        return read_target(self._folders[side] / "target.json")

    def load(self, side: str, shape: Path, seconds: str | None) -> Load:
        """Return what a load of the side has found; another that does not count comes before its first."""
        if side not in self._warm:
            self._warm.add(side)
            self._run(side, QUIET, WARMING_SECONDS)
        return self._run(side, shape, seconds)

    def _run(self, side: str, shape: Path, seconds: str | None) -> Load:
        if side in {BEFORE, JOINED}:
            self._load_relations("joined" if side == JOINED else "lazy", self.target(side))
        return run_load(self._folders[side], SCENARIO, shape, seconds)

    def _load_relations(self, loading: str, target: Target) -> None:
        if loading != self._loading:
            switch_loading(target, loading)
            self._loading = loading


def compare(phase: Phase, sides: Sides, rounds: int | None, seconds: str | None) -> Compared:
    """Return the phase's result; fewer rounds and seconds make it a rehearsal."""
    pairs = []
    for number in range(rounds or phase.rounds):
        order = (phase.first, phase.second) if number % 2 == 0 else (phase.second, phase.first)
        loads = {}
        for side in order:
            print(f"{phase.name}, round {number + 1} of {rounds or phase.rounds}: {side}", flush=True)
            loads[side] = sides.load(side, phase.shape, seconds)
        pairs.append((loads[phase.first], loads[phase.second]))
    return Compared(
        phase=phase.name,
        note=phase.note,
        sides=(phase.first, phase.second),
        rounds=len(pairs),
        failed=figures.failed(pairs),
        doubts=figures.doubts((phase.first, phase.second), pairs),
        rows=figures.rows(pairs),
        resources=figures.resources(pairs),
    )


def marked_as_baseline(run_dir: Path) -> None:
    """The target file says that the typical app serves there; `make` rewrites it from the inventory."""
    target = msgspec.structs.replace(read_target(run_dir / "target.json"), baseline=True)
    (run_dir / "target.json").write_bytes(msgspec.json.encode(target))
