"""The base types of the API's schemas."""

from typing import Annotated

import msgspec
from msgspec import Meta

Id = Annotated[int, Meta(ge=1, le=2**63 - 1)]


class Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An object with exactly these fields."""


class Reference(Shape, frozen=True):
    """The id and name of another resource."""

    id: int
    name: str
