"""The server's samples on the clock of the load."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import msgspec

from loadtests.server.stream import Source

SAMPLER = Path(__file__).with_name("sampler.py")

# A loaded server may be late with a sample; a gap longer than this means a dead session.
LATEST_SAMPLE_SECONDS = 5


class Sample(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    One line of sampler.py: MB, seconds of CPU since each unit began, the server's own clock and its cores.

    Free disk is in MB, what the network received and sent in bytes since it is up.
    """

    clock: float
    cpus: int
    disk_free: float
    network: tuple[int, int]
    memory_total: float
    memory_used: float
    cpu: dict[str, float]
    memory: dict[str, float] | None = None


class Point(msgspec.Struct, frozen=True):
    """
    The server at one moment of the run: MB used, and by component percent of one core and MB.

    Free disk in MB; the network's KB per second, received and sent.
    """

    at: float
    disk_free: float
    network_kb: tuple[float, float]
    memory_used: float
    cpu: dict[str, float]
    memory: dict[str, float] | None


def read(lines: Iterable[bytes]) -> Iterator[Sample]:
    """Yield the samples that the sampler prints."""
    for line in lines:
        yield msgspec.json.decode(line, type=Sample)


def source(seconds: float) -> Source[Sample]:
    """Return where the samples come from: the server runs the sampler, which it is sent."""
    return Source(f"python3 -u - {seconds:.0f}", read, SAMPLER.read_bytes())


def points(samples: list[tuple[float, Sample]], begin: float) -> list[Point]:
    """Return the run's timeline, `at` in seconds since `begin`; CPU is the mean since the sample before."""
    return [
        Point(
            at=round(time_ - begin, 2),
            disk_free=sample.disk_free,
            network_kb=_network_kb(before, sample),
            memory_used=sample.memory_used,
            cpu=_cpu_percent(before, sample),
            memory=sample.memory,
        )
        for (_, before), (time_, sample) in pairwise(samples)
    ]


def memory_peak(timeline: list[Point], end: float) -> float | None:
    """Return the most MB used from 0 to `end`; None if the samples do not cover all of it."""
    seen = [point for point in timeline if 0 <= point.at <= end]
    gaps = pairwise([0, *(point.at for point in seen), end])
    if any(after - before > LATEST_SAMPLE_SECONDS for before, after in gaps):
        return None
    return max(point.memory_used for point in seen)


def _network_kb(before: Sample, now: Sample) -> tuple[float, float]:
    wall = max(now.clock - before.clock, 0.001)
    received, sent = (
        round(max(0, after - then) / 1024 / wall, 1)
        for then, after in zip(before.network, now.network, strict=True)
    )
    return received, sent


def _cpu_percent(before: Sample, now: Sample) -> dict[str, float]:
    wall = now.clock - before.clock
    # A restarted unit starts at zero again: it counts as idle for that one second.
    return {
        name: round(max(0.0, 100 * (used - before.cpu[name]) / wall), 1)
        for name, used in now.cpu.items()
        if name in before.cpu and wall > 0
    }
