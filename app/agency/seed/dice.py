"""
Random draws in blocks: one generator per topic, so that no table's rows depend on another's count.

The tables call uniform draws a, b, c ...: a row uses each for several unrelated columns.
"""

from array import array
from collections.abc import Iterator, Sequence
from itertools import accumulate
from random import Random

BLOCK = 4096
LARGEST = 1 << 16
NULL = "\\N"


def skewed(count: int, exponent: float, head: float) -> list[float]:
    """Return cumulative Zipf-Mandelbrot weights 1 / (rank + head) ** exponent of ranks 1..count."""
    return list(accumulate((rank + head) ** -exponent for rank in range(1, count + 1)))


class Dice:
    """Draws for one topic."""

    def __init__(self, seed: int, topic: str) -> None:
        self.random = Random(f"{seed}:{topic}")  # noqa: S311  (rows, not secrets)

    def shorts(self, count: int) -> "array[int]":
        """Return `count` uniform draws from 0..65535."""
        return array("H", self.random.randbytes(2 * count))

    def ranks(self, weights: Sequence[float], count: int) -> list[int]:
        """Return `count` draws from 0..len(weights) - 1 by cumulative weight."""
        return self.random.choices(range(len(weights)), cum_weights=weights, k=count)


def blocks(total: int) -> Iterator[range]:
    """Yield the ids 1..total in blocks."""
    for first in range(1, total + 1, BLOCK):
        yield range(first, min(first + BLOCK, total + 1))


def spread(values: Sequence[tuple[str, int]]) -> list[str]:
    """Return each value repeated by its weight, for uniform draws."""
    return [value for value, weight in values for _ in range(weight)]
