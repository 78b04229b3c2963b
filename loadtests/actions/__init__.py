"""What people do with the app: each function is one action of a user, given to Locust as a task."""

from collections.abc import Callable
from typing import Any

Action = Callable[[Any], None]


def in_shares(shares: dict[Action, int]) -> list[Any]:
    """Return Locust's list of tasks, in which each action occurs as often as its share says."""
    return [action for action, share in shares.items() for _ in range(share)]
