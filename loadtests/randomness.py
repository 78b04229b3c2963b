"""The source of a run's random choices: not secret, and with the same seed every time."""

import random

CHANCE = random.Random(2)  # noqa: S311 (a load is no secret)
