"""From single responses to figures: percentiles, rates and both over time."""

import math
from collections import Counter
from typing import NamedTuple

import msgspec

from loadtests.results.histograms import encoded
from loadtests.results.measurements import FAMILIES, GROUPS, KINDS, PERCENTILES

SLICE_SECONDS = 2.0


class Answer(NamedTuple):
    """
    One request: `at` is seconds since the load began at which it was due, `ms` from then until its last byte.

    It was sent `late` seconds after it was due, because the user still waited for the response before it.
    """

    group: str
    at: float
    ms: float
    error: str | None = None
    cache: str | None = None
    late: float = 0.0


class GroupFigures(msgspec.Struct, frozen=True):
    """What one group did in the measured time: latencies in ms, of failed requests too; hits in percent."""

    requests: int
    failures: int
    per_second: float
    p50: float
    p95: float
    p99: float
    longest: float
    hit_rate: float | None


class Slice(msgspec.Struct, frozen=True):
    """What happened in SLICE_SECONDS from `at` on; percentiles in ms by kind, where it has answers."""

    at: float
    per_second: float
    failures_per_second: float
    hit_rate: float | None
    percentiles: dict[str, dict[str, float]]


class Failure(msgspec.Struct, frozen=True):
    """One kind of failure and how often it was seen."""

    group: str
    error: str
    count: int


def percentile(ordered: list[float], share: float) -> float:
    """Return the smallest value that at least `share` of the ordered values do not exceed (nearest rank)."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def by_group(answers: list[Answer], seconds: float) -> dict[str, GroupFigures]:
    """Return the figures of every group that has answers."""
    found = {group: [answer for answer in answers if answer.group == group] for group in GROUPS}
    return {group: _figures(of_group, seconds) for group, of_group in found.items() if of_group}


def histograms(answers: list[Answer]) -> dict[str, str]:
    """Return the latencies of every group that has answers."""
    found = {group: [answer.ms for answer in answers if answer.group == group] for group in GROUPS}
    return {group: encoded(latencies) for group, latencies in found.items() if latencies}


def over_time(answers: list[Answer], seconds: float) -> list[Slice]:
    """Return all complete slices, including empty ones: a silent server is a gap in the line."""
    slices: list[list[Answer]] = [[] for _ in range(int(seconds / SLICE_SECONDS))]
    for answer in answers:
        number = int(answer.at // SLICE_SECONDS)
        if 0 <= number < len(slices):
            slices[number].append(answer)
    return [_slice(number * SLICE_SECONDS, answers) for number, answers in enumerate(slices)]


def failures(answers: list[Answer]) -> list[Failure]:
    """Return what went wrong, the most frequent first."""
    seen = Counter((answer.group, answer.error) for answer in answers if answer.error)
    return [Failure(group, error or "", count) for (group, error), count in seen.most_common()]


def error_percent(answers: list[Answer]) -> float | None:
    """Return the share of failed requests, None without requests."""
    return 100 * sum(answer.error is not None for answer in answers) / len(answers) if answers else None


def hit_percent(answers: list[Answer]) -> float | None:
    """Return the share of cacheable reads served by the cache, None if no response has X-Cache."""
    told = [answer.cache for answer in answers if answer.cache and not answer.error]
    return 100 * told.count("hit") / len(told) if told else None


def measurements(answers: list[Answer], seconds: float) -> dict[str, float | None]:
    """Return every measurement from the client's side."""
    latencies: dict[str, float | None] = {}
    for name, groups in ({group: (group,) for group in GROUPS} | FAMILIES).items():
        found = [answer for answer in answers if answer.group in groups]
        if found:
            latencies |= {f"{name}.{share}": ms for share, ms in _percentiles(found).items()}
    return latencies | {
        "requests.per_second": len(answers) / seconds if answers else None,
        "longest": max((answer.ms for answer in answers), default=None),
        "errors": error_percent(answers),
        "cache.hit_rate": hit_percent(answers),
    }


def _percentiles(answers: list[Answer]) -> dict[str, float]:
    ordered = sorted(answer.ms for answer in answers)
    return {name: round(percentile(ordered, share), 3) for name, share in PERCENTILES.items()}


def _figures(answers: list[Answer], seconds: float) -> GroupFigures:
    return GroupFigures(
        requests=len(answers),
        failures=sum(answer.error is not None for answer in answers),
        per_second=round(len(answers) / seconds, 2),
        longest=round(max(answer.ms for answer in answers), 3),
        hit_rate=hit_percent(answers),
        **_percentiles(answers),
    )


def _slice(at: float, answers: list[Answer]) -> Slice:
    of_kind = {kind: [a for a in answers if a.group in groups] for kind, groups in KINDS.items()}
    return Slice(
        at=at,
        per_second=len(answers) / SLICE_SECONDS,
        failures_per_second=sum(answer.error is not None for answer in answers) / SLICE_SECONDS,
        hit_rate=hit_percent(answers),
        percentiles={kind: _percentiles(found) for kind, found in of_kind.items() if found},
    )
