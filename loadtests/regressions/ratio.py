"""How many times slower a percentile is, and how sure that is."""

import math
from statistics import NormalDist
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

CONFIDENCE = 0.998
RESAMPLES = 500
WIDTH = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
"""Standard deviations on either side of the value."""


class Ratio(msgspec.Struct, frozen=True):
    """`value` times the former one; between `low` and `high` with CONFIDENCE."""

    value: float
    low: float
    high: float


class Sample(NamedTuple):
    """Latencies in ms, and the number of the stretch of time in which each was due."""

    ms: NDArray[np.float64]
    stretch: NDArray[np.int64]


def ratio(before: Sample, after: Sample, share: float, *, in_turns: bool) -> Ratio:
    """
    Return after's percentile as a multiple of before's.

    Its interval comes from a bootstrap over whole stretches of time, since latencies of one moment resemble
    each other (Efron and Tibshirani, An Introduction to the Bootstrap, chapters 8 and 13). Loads in turns
    have their stretches in common, and are drawn together: what disturbed the machine disturbed both.
    """
    chance = np.random.default_rng(1)
    stretches = np.union1d(before.stretch, after.stretch)
    drawn = _draws(chance, len(stretches))
    first = _percentiles(before, share, stretches, drawn)
    second = _percentiles(after, share, stretches, drawn if in_turns else _draws(chance, len(stretches)))
    logs = np.log(second / first)
    middle, margin = float(logs[0]), WIDTH * float(np.nanstd(logs[1:]))
    low, value, high = (round(math.exp(at), 3) for at in (middle - margin, middle, middle + margin))
    return Ratio(value=value, low=low, high=high)


def _draws(chance: np.random.Generator, stretches: int) -> NDArray[np.int64]:
    """Return how often each stretch counts: once in the first row, as drawn in the others."""
    resampled = chance.multinomial(stretches, [1 / stretches] * stretches, size=RESAMPLES)
    return np.vstack([np.ones((1, stretches), dtype=np.int64), resampled])


def _percentiles(
    sample: Sample, share: float, stretches: NDArray[np.int64], drawn: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the percentile for each row of draws (nearest rank), not a number where none was drawn."""
    order = np.argsort(sample.ms, kind="stable")
    ms = sample.ms[order]
    place = np.searchsorted(stretches, sample.stretch[order])
    counted = np.cumsum(drawn[:, place], axis=1)
    total = counted[:, -1]
    rank = np.ceil(share * total)
    found = ms[np.minimum((counted < rank[:, None]).sum(axis=1), len(ms) - 1)]
    return np.where(total > 0, found, np.nan)
