"""The JSON files that the steps of a run leave in its directory, validated and all from the same run."""

from pathlib import Path

import msgspec

from loadtests.errors import RefusedError
from loadtests.files import read_json
from loadtests.results.load_file import LOAD_FILE, Load
from loadtests.results.slo import Verdict
from loadtests.target import Seed, read_seed


class Deploy(msgspec.Struct, frozen=True):
    """deploy.json: the first run of the deploy, and what a second one changed (None: there was none)."""

    seconds: float
    operations: int
    changed: int
    config_hash: str
    second_run_changed: int | None = None
    second_run_seconds: float | None = None


class Skipped(msgspec.Struct, frozen=True):
    """A check that is impossible on this server, and why."""

    name: str
    reason: str


class Verify(msgspec.Struct, frozen=True):
    """verify.json: how many checks of the running server passed."""

    passed: int
    failed: int
    skipped: list[Skipped]


class Host(msgspec.Struct, frozen=True):
    """host.json: what the server is."""

    ram_mb: int
    vcpus: int
    kind: str


class Bench(msgspec.Struct, frozen=True):
    """bench.json, growth.json or cache.json: the figures of a bench against their targets."""

    targets: list[Verdict]


class Inputs(msgspec.Struct, frozen=True):
    """All results of a run; `bench` is empty if none was run since the last deploy."""

    deploy: Deploy
    verify: Verify
    host: Host
    load: Load
    seed: Seed
    bench: list[Verdict]


def read_inputs(run_dir: Path, scenario: str) -> Inputs:
    """Return the run's files; checks and load are from after the last deploy."""
    deploy_file, verify_file, load_file = (run_dir / n for n in ("deploy.json", "verify.json", LOAD_FILE))
    inputs = Inputs(
        deploy=read_json(deploy_file, Deploy, "`make deploy` writes it"),
        verify=read_json(verify_file, Verify, "`make verify` writes it"),
        host=read_json(run_dir / "host.json", Host, "`make deploy` writes it"),
        load=read_json(load_file, Load, "`make load` writes it"),
        seed=read_seed(run_dir),
        bench=_bench(run_dir, deploy_file),
    )
    for file, command in ((verify_file, "make verify"), (load_file, "make load")):
        if file.stat().st_mtime < deploy_file.stat().st_mtime:
            raise RefusedError(f"{file} is older than {deploy_file}; run `{command}` again.")
    if inputs.load.scenario != scenario:
        raise RefusedError(f"{load_file} is of the scenario {inputs.load.scenario}, not of {scenario}.")
    return inputs


def _bench(run_dir: Path, deploy_file: Path) -> list[Verdict]:
    """Return the verdicts of all benches; one from before the last deploy does not count."""
    deployed = deploy_file.stat().st_mtime
    found: list[Verdict] = []
    for file, command in (
        (run_dir / "bench.json", "make bench"),
        (run_dir / "growth.json", "make bench-growth"),
        (run_dir / "cache.json", "make bench-cache"),
    ):
        if file.exists() and file.stat().st_mtime >= deployed:
            found += read_json(file, Bench, f"`{command}` writes it").targets
    return found
