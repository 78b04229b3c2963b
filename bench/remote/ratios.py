"""Each read against its limit, in interleaved slices; the median of the rounds counts."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.remote.tools import Slice

SLICE_S = 2
ROUNDS = 8


@dataclass(frozen=True)
class Subject:
    """A read and its limit."""

    name: str
    against: str
    read: Callable[[int], Slice]
    limit: Callable[[int], Slice]


def measure(subjects: list[Subject]) -> dict[str, Any]:
    """Return each subject's ratio, and its own figures (medians of the rounds)."""
    rounds: dict[str, list[tuple[Slice, Slice]]] = {subject.name: [] for subject in subjects}
    for subject in subjects:
        subject.read(1)
        subject.limit(1)
    for number in range(ROUNDS):
        print(f"round {number + 1} of {ROUNDS}", file=sys.stderr, flush=True)
        for subject in subjects:
            # The second one gets warmer caches, so they take turns.
            if number % 2:
                limit = subject.limit(SLICE_S)
                read = subject.read(SLICE_S)
            else:
                read = subject.read(SLICE_S)
                limit = subject.limit(SLICE_S)
            rounds[subject.name].append((read, limit))
    return {subject.name: summary(subject, rounds[subject.name]) for subject in subjects}


def summary(subject: Subject, rounds: list[tuple[Slice, Slice]]) -> dict[str, Any]:
    """Return the medians of the rounds; `cpu_ratio` compares the whole server's CPU cost per response."""
    ratios = [read.per_second / limit.per_second for read, limit in rounds]
    reads = [read for read, _ in rounds]
    limits = [limit for _, limit in rounds]
    return {
        "against": subject.against,
        "ratio": round(median(ratios), 3),
        "ratios": [round(ratio, 3) for ratio in ratios],
        "cpu_ratio": round(median(limit.cpu_us / read.cpu_us for read, limit in rounds), 3),
        "per_second": round(median(one.per_second for one in reads)),
        "limit_per_second": round(median(one.per_second for one in limits)),
        "cpu_us": round(median(one.cpu_us for one in reads)),
        "limit_cpu_us": round(median(one.cpu_us for one in limits)),
        "p50_ms": round(median(one.p50_ms for one in reads), 2),
        "p99_ms": round(median(one.p99_ms for one in reads), 2),
    }
