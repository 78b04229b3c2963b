"""Pages by OFFSET; the cursor is the number of rows before the page."""

from collections.abc import Sequence
from typing import Any


def offset_of(cursor: str | None) -> int:
    """Return how many rows are before the page."""
    return int(cursor) if cursor else 0


def next_offset(rows: Sequence[Any], offset: int, limit: int) -> str | None:
    """Return the next page's cursor; one row more than the page has was asked for."""
    return str(offset + limit) if len(rows) > limit else None
