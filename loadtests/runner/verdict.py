"""The result of a finished load: its figures, whether they can be trusted, and the missed targets."""

import sys
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, NamedTuple, Protocol, TypeVar

from loadtests.load_shape import GRACE_SECONDS, Shape
from loadtests.results import figures, server_figures
from loadtests.results.figures import Answer
from loadtests.results.load_file import Generator, Load, Statement
from loadtests.results.slo import judge
from loadtests.results.table import GROUP_HEAD, group_cells, miss_sentence, table
from loadtests.runner.generator import MOST_CPU_PERCENT
from loadtests.runner.plan import Plan
from loadtests.server import database, pool, redis, timeline
from loadtests.server.samples import ServerSamples

# Locust's timer and the last look at the clock may differ by this much.
SHORT_BY_SECONDS = 2.0
FAILURES_SHOWN = 5
UNSENT_ANYWAY = 5
"""Requests: somebody is always waiting when a load ends."""
LONGEST_GAP_SECONDS = 8.0
RATE_KEPT = 0.98
"""At least this part of what was due must have been sent: the rest is in no latency."""


class Moment(Protocol):
    """A point of a timeline."""

    @property
    def at(self) -> float:
        """Seconds since the load began."""
        ...


P = TypeVar("P", bound=Moment)


class Observed(NamedTuple):
    """What happened; `begin` is seconds since the epoch, `end` seconds since `begin`, memory in MB."""

    begin: float
    end: float
    answers: list[Answer]
    unsent: int
    server: ServerSamples
    statements: list[Statement]
    sampling_broke_off: str
    crashes: list[str]
    memory_rest: float
    generator: Generator


def conclude(plan: Plan, seen: Observed) -> Load:
    """Return the load's figures and their verdicts."""
    warm_up, end = plan.shape.warm_up_seconds, seen.end
    measured_seconds = max(end - warm_up, 0.001)
    measured = [answer for answer in seen.answers if warm_up <= answer.at <= end]
    measurements = figures.measurements(measured, measured_seconds) | server_figures.measurements(
        seen.server, seen.begin, warm_up, end
    )
    measurements["memory.rest"] = seen.memory_rest
    sent = sum(answer.at + answer.late <= end + GRACE_SECONDS for answer in measured) / measured_seconds
    wanted = (len(measured) + seen.unsent) / measured_seconds
    return Load(
        scenario=plan.scenario,
        began=datetime.fromtimestamp(seen.begin, UTC).isoformat(timespec="seconds"),
        url=plan.target.url,
        kind=plan.target.kind,
        shape=plan.shape,
        measured_seconds=round(measured_seconds, 2),
        wanted_per_second=round(wanted, 1),
        sent_per_second=round(sent, 1),
        invalid=[*_doubts(plan.shape, seen, measured), *_behind(wanted, sent, measured_seconds)],
        measurements=measurements,
        targets=judge(plan.targets, measurements),
        groups=figures.by_group(measured, measured_seconds),
        histograms=figures.histograms(measured),
        failures=figures.failures(measured),
        slices=figures.over_time(seen.answers, end),
        server=until(end, timeline.points(seen.server.machine, seen.begin)),
        database=until(end, database.points(seen.server.database, seen.begin)),
        pool=until(end, pool.points(seen.server.pool, seen.begin)),
        redis=until(end, redis.points(seen.server.redis, seen.begin)),
        statements=seen.statements,
        generator=seen.generator,
    )


def until(end: float, points: list[P]) -> list[P]:
    """Return the points up to the end of the load."""
    return [point for point in points if point.at <= end]


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
    for name, samples in seen.server._asdict().items():
        if samples and (gap := _longest_gap(samples, seen)) > LONGEST_GAP_SECONDS:
            doubts.append(f"the session that watches the {name} was silent for {gap:.0f} s")
    if seen.crashes:
        doubts.append(f"the scenario itself failed: {seen.crashes[0]}")
    if cpu > MOST_CPU_PERCENT:
        doubts.append(
            f"Locust used {cpu:.0f} % of one core (at most {MOST_CPU_PERCENT:.0f} %), "
            "so the latencies include its own queueing; load with fewer users or from a faster machine"
        )
    return doubts


def _longest_gap(samples: list[tuple[float, Any]], seen: Observed) -> float:
    """Return the longest time of the load without a sample, in seconds."""
    inside = [at - seen.begin for at, _ in samples if 0 <= at - seen.begin <= seen.end]
    return max(after - before for before, after in pairwise([0.0, *inside, seen.end]))


def _behind(wanted: float, sent: float, seconds: float) -> list[str]:
    if sent >= RATE_KEPT * wanted or (wanted - sent) * seconds <= UNSENT_ANYWAY:
        return []
    return [
        f"of {wanted:.0f} requests/s only {sent:.0f} could be sent: too much for the server (or for Locust)"
    ]


def _groups(load: Load) -> str:
    return table([["", *GROUP_HEAD], *([group, *group_cells(f)] for group, f in load.groups.items())])
