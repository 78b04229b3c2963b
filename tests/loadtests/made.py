"""A load that met everything, and what a test wants to be different about it."""

from pathlib import Path

from loadtests.load_shape import Shape
from loadtests.results.figures import Answer
from loadtests.results.load_file import Generator, Load
from loadtests.results.measurements import GROUPS
from loadtests.results.slo import read_targets
from loadtests.runner.plan import Plan
from loadtests.runner.verdict import Observed, conclude
from loadtests.server.timeline import Point
from loadtests.target import Seed, Target

ROOT = Path(__file__).parents[2]
SHAPE = Shape(
    users=10,
    users_per_second=10,
    seconds=20,
    warm_up_seconds=5,
    rest_seconds=1,
    think_seconds=(0, 1),
    warm_up_think_seconds=(0, 1),
)
PLAN = Plan(
    scenario="mixed",
    run_dir=Path(),
    target=Target("https://10.0.0.2", None, "key", ["ssh"], "sandbox"),
    seed=Seed(scale=1, users=10, seconds=1),
    shape=SHAPE,
    targets=read_targets(),
)
ANSWERS = [Answer(group, second, 10, cache="hit") for group in GROUPS for second in range(20)]
POINTS = [Point(second, 600.0, {"server": 60.0, "app": 25.0}, {"app": 90.0}) for second in range(20)]


def made_load(
    *,
    answers: list[Answer] = ANSWERS,
    end: float = 20,
    server: list[Point] = POINTS,
    broke_off: str = "",
    crashes: tuple[str, ...] = (),
    cpu: float = 20,
) -> Load:
    generator = Generator(cpu_percent=cpu, at=[1.0, 2.0], users=[5, 10], cpu=[cpu, cpu])
    seen = Observed(
        begin=0,
        end=end,
        answers=answers,
        server=server,
        sampling_broke_off=broke_off,
        crashes=list(crashes),
        memory_rest=400,
        generator=generator,
    )
    return conclude(PLAN, seen)
