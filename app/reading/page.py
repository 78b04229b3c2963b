"""A page of a list or a report: which statement it needs, where it begins, the cursors it contains."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import msgspec

from app.http.problems import Problem
from app.reading import cursors
from app.reading.cursors import Direction, Position
from app.reading.sql_fragments import Choice
from app.settings import CursorKeys

KEYS = msgspec.json.Decoder(tuple[str, ...])


class Paged(Protocol):
    """The query parameters of every page."""

    @property
    def limit(self) -> int: ...  # noqa: D102

    @property
    def cursor(self) -> str | None: ...  # noqa: D102

    @property
    def direction(self) -> Direction | None: ...  # noqa: D102


class Selection(NamedTuple):
    """The filters, by fragment name, their values, and the order of a request: what a cursor is bound to."""

    filters: tuple[str, ...]
    values: tuple[object, ...]
    sort: str
    descending: bool

    def scope(self, name: str) -> str:
        """Return the text that a cursor's signature covers."""
        return msgspec.json.encode((name, self)).decode()


class Rows(NamedTuple):
    """A page's rows as JSON, the sort keys of the first and last in reading order, and if there are more."""

    items: bytes
    first: str | None
    last: str | None
    more: bool


@dataclass(frozen=True, slots=True)
class PageStart:
    """Where a page begins: at a cursor's position, or at one end of the list; `scope` binds its cursors."""

    scope: str
    position: Position | None
    backward: bool

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the parameters that the position adds to the statement."""
        return self.position.keys if self.position else ()

    @property
    def inclusive(self) -> bool:
        """Return whether the page begins with the row at the position."""
        return self.position is not None and self.position.inclusive

    def links(self, keys: CursorKeys, rows: Rows) -> bytes:
        """Return the JSON fields `next` and `previous` of the page; even an empty page has a way back."""
        way: Direction = "backward" if self.backward else "forward"
        onward = Position(way, KEYS.decode(rows.last)) if rows.more and rows.last else None
        back = None
        if self.position is not None:
            turned = self.position.turned()
            back = turned if rows.first is None else Position(turned.direction, KEYS.decode(rows.first))
        before, after = (onward, back) if self.backward else (back, onward)
        return b'"next":%b,"previous":%b' % (self._cursor(keys, after), self._cursor(keys, before))

    def _cursor(self, keys: CursorKeys, position: Position | None) -> bytes:
        return b"null" if position is None else msgspec.json.encode(cursors.sign(keys, self.scope, position))


def choice(selected: Selection, start: PageStart, *, total: bool = False, audience: bool = False) -> Choice:
    """Return which statement reads the page."""
    return Choice(
        selected.filters,
        selected.sort,
        selected.descending,
        backward=start.backward,
        continued=start.position is not None,
        inclusive=start.inclusive,
        total=total,
        audience=audience,
    )


def selection(query: object, filters: Iterable[str]) -> Selection:
    """Return the filters (`project`, `status=done`) of a request, their values, and its order."""
    chosen: list[str] = []
    values: list[object] = []
    for name in filters:
        field, _, wanted = name.partition("=")
        value = getattr(query, field)
        if value is None or (wanted and wanted != str(value).lower()):
            continue
        # A value with its own predicate (`status is done`) comes before the general one in the file.
        if not wanted and f"{field}={value}" in chosen:
            continue
        chosen.append(name)
        if not wanted:
            values.append(value)
    sort: str = getattr(query, "sort")  # noqa: B009  (its type differs by list)
    return Selection(tuple(chosen), tuple(values), sort.removeprefix("-"), sort.startswith("-"))


def start_for(keys: CursorKeys, scope: str, query: Paged, *, most: int) -> PageStart:
    """Return where the page begins; Problem 422 for another list's cursor or a limit above `most`."""
    if query.limit > most:
        raise Problem(422, f"Expected `int` <= {most}.", field="limit")
    if query.cursor is None:
        return PageStart(scope, None, query.direction == "backward")
    position = cursors.verify(keys, scope, query.cursor)
    if position is None:
        raise Problem(422, "The cursor was not issued by this list for these filters.", field="cursor")
    if query.direction not in {None, position.direction}:
        raise Problem(422, f"The cursor's direction is {position.direction}.", field="direction")
    return PageStart(scope, position, position.direction == "backward")
