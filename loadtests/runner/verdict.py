"""The result of a finished load: its figures, whether they can be trusted, and the missed targets."""

import sys
from datetime import UTC, datetime
from typing import NamedTuple

from loadtests.load_shape import Shape
from loadtests.results import figures
from loadtests.results.figures import Answer
from loadtests.results.load_file import Generator, Load
from loadtests.results.slo import judge
from loadtests.results.table import GROUP_HEAD, group_cells, miss_sentence, table
from loadtests.runner.generator import MOST_CPU_PERCENT
from loadtests.runner.plan import Plan
from loadtests.server.timeline import Point, memory_peak

# Locust's timer and the last look at the clock may differ by this much.
SHORT_BY_SECONDS = 2.0
FAILURES_SHOWN = 5


class Observed(NamedTuple):
    """What happened; `begin` is seconds since the epoch, `end` seconds since `begin`, memory in MB."""

    begin: float
    end: float
    answers: list[Answer]
    server: list[Point]
    sampling_broke_off: str
    crashes: list[str]
    memory_rest: float
    generator: Generator


def conclude(plan: Plan, seen: Observed) -> Load:
    """Return the load's figures and their verdicts."""
    warm_up, end = plan.shape.warm_up_seconds, seen.end
    measured_seconds = max(end - warm_up, 0.001)
    measured = [answer for answer in seen.answers if warm_up <= answer.at <= end]
    measurements = figures.measurements(measured, measured_seconds) | {
        "memory.load": memory_peak(seen.server, end),
        "memory.rest": seen.memory_rest,
    }
    return Load(
        scenario=plan.scenario,
        began=datetime.fromtimestamp(seen.begin, UTC).isoformat(timespec="seconds"),
        url=plan.target.url,
        kind=plan.target.kind,
        shape=plan.shape,
        measured_seconds=round(measured_seconds, 2),
        invalid=_doubts(plan.shape, seen, measured),
        measurements=measurements,
        targets=judge(plan.targets, measurements),
        groups=figures.by_group(measured, measured_seconds),
        failures=figures.failures(measured),
        slices=figures.over_time(seen.answers, end),
        server=[point for point in seen.server if point.at <= end],
        generator=seen.generator,
    )


def print_figures(load: Load) -> bool:
    """Print the figures, and any problems to standard error; true if there are none."""
    print(_groups(load), flush=True)
    missed = [verdict for verdict in load.targets if not verdict.ok]
    complaints = [f"invalid: {doubt}" for doubt in load.invalid]
    complaints += [
        f"failed:  {failure.count} x {failure.group}: {failure.error}"
        for failure in load.failures[:FAILURES_SHOWN]
    ]
    complaints += [f"missed:  {miss_sentence(verdict)}" for verdict in missed]
    for complaint in complaints:
        print(complaint, file=sys.stderr, flush=True)
    return not missed and not load.invalid


def _doubts(shape: Shape, seen: Observed, measured: list[Answer]) -> list[str]:
    doubts, cpu = [], seen.generator.cpu_percent
    if not measured:
        doubts.append("no request was sent after the warm-up")
    if seen.end < shape.seconds - SHORT_BY_SECONDS:
        doubts.append(f"the load ended after {seen.end:.0f} of {shape.seconds:.0f} s")
    if seen.sampling_broke_off:
        doubts.append(f"the server was not sampled to the end: {seen.sampling_broke_off}")
    if seen.crashes:
        doubts.append(f"the scenario itself failed: {seen.crashes[0]}")
    if cpu > MOST_CPU_PERCENT:
        doubts.append(
            f"Locust used {cpu:.0f} % of one core (at most {MOST_CPU_PERCENT:.0f} %), "
            "so the latencies include its own queueing; load with fewer users or from a faster machine"
        )
    return doubts


def _groups(load: Load) -> str:
    return table([["", *GROUP_HEAD], *([group, *group_cells(f)] for group, f in load.groups.items())])
