"""Concurrent users for a while, and what was observed."""

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field

from bench.remote.asked import Connection
from bench.remote.people import Person, drawn

SEATS = 24
THINK_S = 0.05
STEPS_OF_A_SITTING = 12


@dataclass
class Observed:
    """What the users observed: X-Cache counts by kind of read, statuses, and the first error."""

    reads: dict[str, Counter[str]] = field(default_factory=dict)
    writes: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    dashboard_hits_ms: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def requests(self) -> int:
        """How many requests there were."""
        return sum(self.statuses.values())

    @property
    def errors(self) -> int:
        """How many responses were not 2xx, or never came."""
        return sum(count for status, count in self.statuses.items() if not 200 <= status < 300)

    @property
    def hit_rate(self) -> float:
        """The hits among cacheable reads, in percent."""
        return rate(sum(self.reads.values(), Counter()))

    def as_figures(self) -> dict[str, object]:
        """Return the observations as JSON values."""
        return {
            "requests": self.requests,
            "seconds": round(self.seconds, 1),
            "hit_rate": self.hit_rate,
            "hit_rate_by_kind": {kind: rate(counts) for kind, counts in sorted(self.reads.items())},
            "reads_by_kind": {kind: counts.total() for kind, counts in sorted(self.reads.items())},
            "writes_by_kind": dict(self.writes),
            "statuses": dict(self.statuses),
            "wrong": self.wrong,
        }


def rate(counts: Counter[str]) -> float:
    """Return the share of hits in percent."""
    return round(100 * counts["hit"] / max(1, counts.total()), 2)


async def work(everybody: list[Person], seed: str, *, steps: int = 0, seconds: float = 600) -> Observed:
    """Return what every seat observed in `steps` or `seconds`; the same seed gives the same steps."""
    seen = Observed()
    began = time.monotonic()
    end = began + seconds
    dice = [random.Random(f"{seed} {seat}") for seat in range(SEATS)]  # noqa: S311  (nothing secret)
    await asyncio.gather(*(_sit(everybody, each, seen, steps, end) for each in dice))
    seen.seconds = time.monotonic() - began
    return seen


async def _sit(everybody: list[Person], dice: random.Random, seen: Observed, steps: int, end: float) -> None:
    connection = Connection()
    taken = 0
    while (not steps or taken < steps) and time.monotonic() < end:
        if taken % STEPS_OF_A_SITTING == 0:
            person = drawn(everybody, dice)
        taken += 1
        step = person.step(dice)
        began = time.perf_counter()
        try:
            answer = await connection.ask(person.token, *step[1:])
        except (OSError, EOFError, IndexError) as error:
            connection = Connection()
            seen.statuses[0] += 1
            seen.wrong = [*seen.wrong, f"{step.path}: {error!r}"][:5]
            continue
        seen.statuses[answer.status] += 1
        if answer.status >= 300:
            seen.wrong = [*seen.wrong, f"{step.method} {step.path}: {answer.body[:200]!r}"][:5]
        elif step.method == "GET":
            seen.reads.setdefault(step.kind, Counter())[answer.cache] += 1
            if answer.cache == "hit" and step.kind == "user_dashboard":
                seen.dashboard_hits_ms.append(1000 * (time.perf_counter() - began))
        else:
            seen.writes[step.kind] += 1
        await asyncio.sleep(dice.uniform(0, 2 * THINK_S))
    connection.close()
