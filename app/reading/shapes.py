"""The query parameters of every list and batch, and the shapes of their pages."""

from typing import Annotated, Generic, TypeVar

import msgspec
from msgspec import Meta

from app.http.patterns import IDS, NO_NUL
from app.http.shapes import Shape
from app.reading.cursors import Direction
from app.reading.periods import PeriodQuery

Words = Annotated[
    str,
    Meta(min_length=1, max_length=200, pattern=NO_NUL, description="Words, as in a web search."),
]
MORE_THAN_A_PAGE = "`next` or `previous` of another page of the same list or report."
Item = TypeVar("Item")


class Page(Shape, Generic[Item], frozen=True):
    """A page of a list; `total` only if requested."""

    items: list[Item]
    next: str | None
    previous: str | None
    total: int | msgspec.UnsetType = msgspec.UNSET


class Batch(Shape, Generic[Item], frozen=True):
    """The rows found, in the order of the ids; the others do not exist or are not visible."""

    items: list[Item]


class PageQuery(PeriodQuery, frozen=True):
    """The query parameters of every page."""

    limit: Annotated[int, Meta(ge=1, le=1000)] = 50
    cursor: Annotated[str | None, Meta(description=MORE_THAN_A_PAGE)] = None
    direction: Annotated[
        Direction | None, Meta(description="Without a cursor: `backward` begins at the end.")
    ] = None


class ListQuery(PageQuery, frozen=True):
    """The query parameters of every list."""

    total: Annotated[bool, Meta(description="Whether to count the whole list, which may be slow.")] = False


class BatchQuery(Shape, frozen=True):
    """The ids of a batch."""

    ids: Annotated[
        str,
        Meta(
            pattern=IDS,
            max_length=4000,
            examples=["7,3,9"],
            description="Up to 200 ids separated by commas; duplicates are returned once.",
        ),
    ]
