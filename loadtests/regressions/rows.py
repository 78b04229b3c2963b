"""Two loads, kind of request by kind of request."""

from collections import defaultdict
from collections.abc import Iterable

import msgspec
import numpy as np

from loadtests.regressions.ratio import Ratio, Sample, ratio
from loadtests.results.answers import Kept

STRETCH_SECONDS = 2

ENOUGH, ENOUGH_FOR_P95 = 30, 60
"""Answers, on each side: fewer have no such percentile to speak of."""

ENOUGH_STRETCHES = 8
"""Of time: what is drawn from fewer looks more certain than it is."""

LIMIT = 1.1
"""
A percentile that is this much worse, and certainly worse, counts.

What is worse by a fifth is measured as less than a fifth half of the time: a limit of 1.2 would miss it then.
"""

SUSPECT_P50, SUSPECT_P95 = 1.07, 1.1
"""What is worth a closer look, certain or not."""

HIT = ", hit"
WORSE, BETTER, SAME, TOO_FEW = "worse", "better", "same", "too few"


class Row(msgspec.Struct, frozen=True):
    """One kind of request on both sides, in ms; ratios are of the second side to the first."""

    name: str
    requests: tuple[int, int]
    p50: tuple[float, float]
    p95: tuple[float, float]
    ratio_p50: Ratio | None
    ratio_p95: Ratio | None
    verdict: str


def rows(before: list[Kept], after: list[Kept], *, in_turns: bool) -> list[Row]:
    """Return a row for each kind that both sides have answered, hits of the cache apart from misses."""
    first, second = _by_kind(before), _by_kind(after)
    began = [min((answer.due for answer in side), default=0.0) for side in (before, after)]
    # Loads in turns share the clock; others are aligned at their beginnings.
    origins = (0.0, 0.0) if in_turns else (began[0], began[1])
    return [
        _row(name, _sample(first[name], origins[0]), _sample(second[name], origins[1]), in_turns=in_turns)
        for name in first
        if name in second
    ]


def _by_kind(answers: Iterable[Kept]) -> dict[str, list[Kept]]:
    kinds: dict[str, list[Kept]] = defaultdict(list)
    for answer in answers:
        if not answer.error:
            kinds[f"{answer.group}, {answer.cache}" if answer.cache else answer.group].append(answer)
    return dict(sorted(kinds.items()))


def _sample(answers: list[Kept], origin: float) -> Sample:
    return Sample(
        np.array([answer.ms for answer in answers]),
        np.array([int((answer.due - origin) // STRETCH_SECONDS) for answer in answers]),
    )


def is_suspect(row: Row) -> bool:
    """Return whether a row is worth a closer look; so is one without a p95, but for hits of the cache."""
    p50, p95 = row.ratio_p50, row.ratio_p95
    if p95 is None and not row.name.endswith(HIT):
        return True
    return (p50 is not None and p50.value >= SUSPECT_P50) or (p95 is not None and p95.value >= SUSPECT_P95)


def _row(name: str, before: Sample, after: Sample, *, in_turns: bool) -> Row:
    stretches = min(len(np.unique(side.stretch)) for side in (before, after))
    fewest = min(len(before.ms), len(after.ms)) if stretches >= ENOUGH_STRETCHES else 0
    p50 = ratio(before, after, 0.5, in_turns=in_turns) if fewest >= ENOUGH else None
    p95 = ratio(before, after, 0.95, in_turns=in_turns) if fewest >= ENOUGH_FOR_P95 else None
    return Row(
        name=name,
        requests=(len(before.ms), len(after.ms)),
        p50=(_percentile(before, 0.5), _percentile(after, 0.5)),
        p95=(_percentile(before, 0.95), _percentile(after, 0.95)),
        ratio_p50=p50,
        ratio_p95=p95,
        verdict=_verdict([found for found in (p50, p95) if found]),
    )


def _percentile(sample: Sample, share: float) -> float:
    return round(float(np.quantile(sample.ms, share, method="inverted_cdf")), 3)


def _verdict(ratios: list[Ratio]) -> str:
    if not ratios:
        return TOO_FEW
    if any(found.low > 1 and found.value >= LIMIT for found in ratios):
        return WORSE
    if any(found.high < 1 and found.value <= 1 / LIMIT for found in ratios):
        return BETTER
    return SAME
