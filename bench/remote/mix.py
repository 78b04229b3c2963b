"""People at work at once for a while, and what came of it."""

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
class Seen:
    """What the people saw: how often which X-Cache by kind of read, statuses, and what went wrong first."""

    reads: dict[str, Counter[str]] = field(default_factory=dict)
    writes: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    dashboard_hits_ms: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def asked(self) -> int:
        """How many requests there were."""
        return sum(self.statuses.values())

    @property
    def errors(self) -> int:
        """How many answers were not 2xx, or did not come."""
        return sum(count for status, count in self.statuses.items() if not 200 <= status < 300)

    @property
    def hit_rate(self) -> float:
        """How many of 100 cacheable reads were hits."""
        return rate(sum(self.reads.values(), Counter()))

    def told(self) -> dict[str, object]:
        """Return it as figures."""
        return {
            "requests": self.asked,
            "seconds": round(self.seconds, 1),
            "hit_rate": self.hit_rate,
            "hit_rate_by_kind": {kind: rate(counts) for kind, counts in sorted(self.reads.items())},
            "reads_by_kind": {kind: counts.total() for kind, counts in sorted(self.reads.items())},
            "writes_by_kind": dict(self.writes),
            "statuses": dict(self.statuses),
            "wrong": self.wrong,
        }


def rate(counts: Counter[str]) -> float:
    """Return how many of 100 are hits."""
    return round(100 * counts["hit"] / max(1, counts.total()), 2)


async def work(everybody: list[Person], seed: str, *, steps: int = 0, seconds: float = 600) -> Seen:
    """Return what was seen when every seat took so many steps, or for so long: the same ones for a seed."""
    seen = Seen()
    began = time.monotonic()
    end = began + seconds
    dice = [random.Random(f"{seed} {seat}") for seat in range(SEATS)]  # noqa: S311  (nothing secret)
    await asyncio.gather(*(_sit(everybody, each, seen, steps, end) for each in dice))
    seen.seconds = time.monotonic() - began
    return seen


async def _sit(everybody: list[Person], dice: random.Random, seen: Seen, steps: int, end: float) -> None:
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
