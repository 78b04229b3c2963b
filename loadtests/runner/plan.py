"""The input of a load test: its command line, and the files that it names."""

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from loadtests.errors import RefusedError
from loadtests.load_shape import Shape, read_shape
from loadtests.results.load_file import LOAD_FILE
from loadtests.results.slo import Target as SloTarget
from loadtests.results.slo import read_targets
from loadtests.target import Seed, Target, read_seed, read_target

if TYPE_CHECKING:  # importing Locust patches the whole interpreter
    from locust.argument_parser import LocustArgumentParser

# Users finish their current request; otherwise the slowest responses of all would never be counted.
STOP_SECONDS = 15


class Plan(NamedTuple):
    """Everything that is known before the load; load.json goes to the run's directory."""

    scenario: str
    run_dir: Path
    target: Target
    seed: Seed
    shape: Shape
    targets: list[SloTarget]


def add_arguments(parser: "LocustArgumentParser", scenario: Path) -> None:
    """Add our options to Locust's own, which stay, with less output by default."""
    group = parser.add_argument_group("bantam", "what to load, and where to leave the figures")
    group.add_argument("--target", metavar="FILE", help="target.json: the server's url, CA, key, ssh")
    group.add_argument("--run-dir", metavar="DIR", help="load.json is written there")
    shape = str(scenario.with_suffix(".yml"))
    group.add_argument("--shape", metavar="FILE", default=shape, help="another shape than the scenario's")
    group.add_argument("--turn", type=int, default=0, help="which of two loads that take turns this is: 0, 1")
    parser.set_defaults(loglevel="WARNING", only_summary=True, stop_timeout=str(STOP_SECONDS))


def read_plan(options: Namespace, scenario: str) -> Plan:
    """Return the plan; every file that it depends on is valid, and there are no figures of an earlier run."""
    if not options.target or not options.run_dir:
        raise RefusedError(
            "Give the server to load and a folder for the figures: --target FILE --run-dir DIR."
        )
    # Figures of an earlier run must not be mistaken for this one's if this one is refused or aborted.
    (Path(options.run_dir) / LOAD_FILE).unlink(missing_ok=True)
    return Plan(
        scenario=scenario,
        run_dir=Path(options.run_dir),
        targets=read_targets(scenario=scenario),
        shape=_shaped(options, read_shape(Path(options.shape))),
        target=read_target(Path(options.target)),
        seed=read_seed(Path(options.run_dir)),
    )


def _shaped(options: Namespace, shape: Shape) -> Shape:
    """Return the shape as changed by Locust's own options (-u, -r, -t), and make Locust follow it."""
    shape = msgspec.structs.replace(
        shape,
        users=options.num_users or shape.users,
        users_per_second=options.spawn_rate or shape.users_per_second,
        seconds=float(options.run_time or shape.seconds),
        turn=options.turn,
    )
    if shape.warm_up_seconds >= shape.seconds:
        raise RefusedError(
            f"The warm-up of {shape.warm_up_seconds:g} s leaves nothing of {shape.seconds:g} s to measure."
        )
    options.num_users, options.spawn_rate, options.run_time = (
        shape.users,
        shape.users_per_second,
        shape.seconds,
    )
    return shape
