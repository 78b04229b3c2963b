"""What an object of the API is."""

from typing import Annotated

import msgspec
from msgspec import Meta

Id = Annotated[int, Meta(ge=1, le=2**63 - 1)]


class Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An object whose fields are exactly these."""


class Reference(Shape, frozen=True):
    """Something named, by id."""

    id: int
    name: str
