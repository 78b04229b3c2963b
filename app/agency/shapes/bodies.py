"""Types shared by request bodies. In a PATCH, a missing field stays unchanged; null clears it."""

from decimal import Decimal
from typing import Annotated

from msgspec import UNSET, Meta

from app.http.patterns import CURRENCY, EMAIL, NO_NUL, NOT_BLANK
from app.http.shapes import Shape

Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=NOT_BLANK)]
LongText = Annotated[str, Meta(max_length=10_000, pattern=NO_NUL)]
Talk = Annotated[str, Meta(min_length=1, max_length=10_000, pattern=NOT_BLANK)]
Currency = Annotated[str, Meta(pattern=CURRENCY, min_length=3, max_length=3)]
Email = Annotated[str, Meta(pattern=EMAIL, max_length=254)]


def money(*, least: float, digits: int = 10) -> Meta:
    """Return the OpenAPI constraints of a number that `amount` validates."""
    return Meta(extra_json_schema={"minimum": least, "exclusiveMaximum": 10**digits, "multipleOf": 0.01})


Price = Annotated[Decimal, money(least=-(10**10))]
Budget = Annotated[Decimal, money(least=0)]
Quantity = Annotated[Decimal, money(least=0.01, digits=8)]
Rate = Annotated[Decimal, money(least=0, digits=6)]


class Change(Shape, frozen=True):
    """Fields to change, at least one."""

    def __post_init__(self) -> None:
        if all(getattr(self, field) is UNSET for field in self.__struct_fields__):
            raise ValueError("Expected at least one field")


class Nothing(Shape, frozen=True):
    """A body without fields."""


class Text(Shape, frozen=True):
    """The text of a comment or message."""

    body: Talk


def amount(value: Decimal, name: str, *, least: Decimal | int | None = None, digits: int = 10) -> None:
    """Raise ValueError for over two decimals, over `digits` before them, or a value below `least`."""
    low = -(10**digits) if least is None else least
    if not value.is_finite() or abs(value.adjusted()) > 15 or value != round(value, 2):
        raise ValueError(f"Expected a number with at most 2 decimals - at `$.{name}`")
    if not low <= value < 10**digits:
        raise ValueError(f"Expected a number of at least {low} and below {10**digits} - at `$.{name}`")
