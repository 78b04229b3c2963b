"""What every list and batch may be asked for, and their pages."""

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
MORE_THAN_A_PAGE = "A page begins where this one, given out by the same list or report, says."
Item = TypeVar("Item")


class Page(Shape, Generic[Item], frozen=True):
    """A page of a list; `total` only where it was asked for."""

    items: list[Item]
    next: str | None
    previous: str | None
    total: int | msgspec.UnsetType = msgspec.UNSET


class Batch(Shape, Generic[Item], frozen=True):
    """What was found of the ids, in their order; the others do not exist or may not be seen."""

    items: list[Item]


class PageQuery(PeriodQuery, frozen=True):
    """What every page may be asked for."""

    limit: Annotated[int, Meta(ge=1, le=1000)] = 50
    cursor: Annotated[str | None, Meta(description=MORE_THAN_A_PAGE)] = None
    direction: Annotated[
        Direction | None, Meta(description="Without a cursor: `backward` begins at the end.")
    ] = None


class ListQuery(PageQuery, frozen=True):
    """What every list may be asked for."""

    total: Annotated[bool, Meta(description="Whether to count the whole list, which takes time.")] = False


class BatchQuery(Shape, frozen=True):
    """Which ones."""

    ids: Annotated[
        str,
        Meta(
            pattern=IDS,
            max_length=4000,
            description="Up to 200 ids with commas between; one that is given twice is answered once.",
        ),
    ]
