"""The shape of a run is data: a yml file beside its scenario."""

from pathlib import Path
from typing import Annotated

import msgspec

from loadtests.files import as_kind, read_yaml
from loadtests.refused import RefusedError

Positive = Annotated[float, msgspec.Meta(gt=0)]
NotNegative = Annotated[float, msgspec.Meta(ge=0)]


class Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many users come how fast, stay how long and wait how long between two actions (from, to)."""

    users: Annotated[int, msgspec.Meta(ge=1)]
    users_per_second: Positive
    seconds: Positive
    warm_up_seconds: NotNegative
    rest_seconds: Positive
    think_seconds: tuple[NotNegative, NotNegative]


def read_shape(path: Path) -> Shape:
    """Return the shape in the file; something of the run is left after its warm-up."""
    shape = as_kind(read_yaml(path, "a scenario's shape stands beside it"), Shape, str(path))
    if shape.warm_up_seconds >= shape.seconds:
        raise RefusedError(f"{path}: the warm-up ({shape.warm_up_seconds:g} s) leaves nothing to measure.")
    return shape
