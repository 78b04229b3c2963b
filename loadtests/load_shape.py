"""The load shape of a run is data: a yml file next to its scenario."""

from pathlib import Path
from typing import Annotated

import msgspec

from loadtests.files import as_kind, read_yaml
from loadtests.turns import Turns

Positive = Annotated[float, msgspec.Meta(gt=0)]
NotNegative = Annotated[float, msgspec.Meta(ge=0)]


GRACE_SECONDS = 1.0
"""What is due in the last moment of a load need not have been sent by then."""


class Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    Number of users, ramp-up rate, duration, and think time between two requests (from, to).

    `together`: all users send at the same moments, every `think_seconds[1]`. `cold`: Redis is restarted empty
    just before. `turn_seconds`: two loads take turns, each so long, and their users wait for each
    answer; this one has the first of each two turns (0) or the second (1).
    """

    users: Annotated[int, msgspec.Meta(ge=1)]
    users_per_second: Positive
    seconds: Positive
    warm_up_seconds: NotNegative
    rest_seconds: Positive
    think_seconds: tuple[NotNegative, NotNegative]
    warm_up_think_seconds: tuple[NotNegative, NotNegative]
    together: bool = False
    cold: bool = False
    turn_seconds: NotNegative = 0
    turn: int = 0

    def __post_init__(self) -> None:
        for name in ("think_seconds", "warm_up_think_seconds"):
            low, high = getattr(self, name)
            if low > high or not high:
                raise ValueError(f"Expected from a time to a longer one, above 0 - at `$.{name}`")

    def think_at(self, second: float) -> tuple[float, float]:
        """Return the think time at that second of the load."""
        return self.warm_up_think_seconds if second < self.warm_up_seconds else self.think_seconds

    @property
    def seconds_between(self) -> float:
        """Seconds between two requests of a user after the warm-up, on average."""
        return self.think_seconds[1] if self.together else sum(self.think_seconds) / 2

    @property
    def turns(self) -> Turns:
        """The load's own turns."""
        return Turns(self.turn_seconds, self.turn)


def read_shape(path: Path) -> Shape:
    """Return the shape in the file."""
    return as_kind(
        read_yaml(path, "a scenario's shape is the .yml file of the same name beside it"), Shape, str(path)
    )
