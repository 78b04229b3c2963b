"""Cursors as they come in and go out."""

from typing import Protocol

import msgspec

from app.http.problems import Problem
from app.reading import cursors
from app.reading.cursors import Direction, Position


class Paged(Protocol):
    """What a page is asked for with."""

    @property
    def cursor(self) -> str | None: ...  # noqa: D102

    @property
    def direction(self) -> Direction | None: ...  # noqa: D102


def begins(key: bytes, scope: str, query: Paged) -> Position | None:
    """Return where the page begins; Problem 422 for a cursor that `scope` did not give out."""
    if query.cursor is None:
        return None
    position = cursors.verify(key, scope, query.cursor)
    if position is None:
        raise Problem(422, "The cursor is not one that this list gave out for these filters.", field="cursor")
    if query.direction not in {None, position.direction}:
        raise Problem(422, f"The cursor leads {position.direction}.", field="direction")
    return position


def cursor(key: bytes, scope: str, position: Position | None) -> bytes:
    """Return the JSON of a position's cursor."""
    return b"null" if position is None else msgspec.json.encode(cursors.sign(key, scope, position))
