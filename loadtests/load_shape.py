"""The load shape of a run is data: a yml file next to its scenario."""

from pathlib import Path
from typing import Annotated

import msgspec

from loadtests.files import as_kind, read_yaml

Positive = Annotated[float, msgspec.Meta(gt=0)]
NotNegative = Annotated[float, msgspec.Meta(ge=0)]


class Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Number of users, ramp-up rate, duration, and think time between two actions (from, to)."""

    users: Annotated[int, msgspec.Meta(ge=1)]
    users_per_second: Positive
    seconds: Positive
    warm_up_seconds: NotNegative
    rest_seconds: Positive
    think_seconds: tuple[NotNegative, NotNegative]
    warm_up_think_seconds: tuple[NotNegative, NotNegative]

    def think_at(self, second: float) -> tuple[float, float]:
        """Return the think time at that second of the load."""
        return self.warm_up_think_seconds if second < self.warm_up_seconds else self.think_seconds


def read_shape(path: Path) -> Shape:
    """Return the shape in the file."""
    return as_kind(
        read_yaml(path, "a scenario's shape is the .yml file of the same name beside it"), Shape, str(path)
    )
