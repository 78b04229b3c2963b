"""Watches Locust itself during the load: an overloaded generator measures its own slowness."""

import time
from typing import TYPE_CHECKING

from loadtests.results.figures import Answer, error_percent, percentile
from loadtests.results.load_file import Generator

if TYPE_CHECKING:  # importing Locust patches the whole interpreter
    from locust.runners import Runner

MOST_CPU_PERCENT = 70.0
"""Of one core: a process of Locust has no more, and above this its own queueing affects the latencies."""

PROGRESS_SECONDS = 5


class GeneratorWatch:
    """One value a second since the load began; with several processes, of the busiest."""

    def __init__(self, runner: "Runner", begin: float) -> None:
        self._runner = runner
        self._begin = begin
        self._used = time.process_time()
        self._seen = time.monotonic()
        self.at: list[float] = []
        self.users: list[int] = []
        self.cpu: list[float] = []
        self.workers: dict[str, float] = {}

    def look(self) -> None:
        """Record the users and the CPU since the last look."""
        used, seen = time.process_time(), time.monotonic()
        self.at.append(round(time.time() - self._begin, 2))
        self.users.append(self._runner.user_count)
        own = round(100 * (used - self._used) / max(seen - self._seen, 0.001), 1)
        self.cpu.append(max(own, *self.workers.values(), 0.0))
        self._used, self._seen = used, seen

    def result(self, warm_up_seconds: float) -> Generator:
        """Return the recorded values; the CPU figure is the mean after the warm-up."""
        measured = [cpu for at, cpu in zip(self.at, self.cpu, strict=True) if at >= warm_up_seconds]
        mean = sum(measured) / len(measured) if measured else 0.0
        return Generator(cpu_percent=round(mean, 1), at=self.at, users=self.users, cpu=self.cpu)


def progress(answers: list[Answer], seconds: float, generator: GeneratorWatch) -> str:
    """Return one line about the last PROGRESS_SECONDS of a load of `seconds`."""
    now = generator.at[-1]
    recent = [answer for answer in answers if answer.at > now - PROGRESS_SECONDS]
    ordered = sorted(answer.ms for answer in recent)
    p95 = f"p95 {percentile(ordered, 0.95):.0f} ms" if ordered else "no answer"
    return (
        f"      {now:3.0f} of {seconds:.0f} s  {generator.users[-1]} users  "
        f"{len(recent) / PROGRESS_SECONDS:.0f} requests/s  {p95}  {error_percent(recent) or 0:.1f} % errors"
    )
