"""The source of a run's random choices: not secret, and with the same seed every time."""

import random
from collections.abc import Iterable

CHANCE = random.Random(2)  # noqa: S311 (a load is no secret)


def one_of_the_first(ids: Iterable[int]) -> int:
    """Return one of the ids, the nth with weight 1/n^2: people mostly come back to the same few things."""
    listed = [*ids]
    return CHANCE.choices(listed, [1 / place**2 for place in range(1, len(listed) + 1)])[0]
