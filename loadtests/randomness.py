"""Where a run's random choices come from: nothing secret, and from the same seed every time."""

import random

CHANCE = random.Random(2)  # noqa: S311 (a load is no secret)
