"""Lists by pages: keyset pagination, one statement a page, cursors bound to list, filters and order."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from app.http import requests
from app.http.authentication import bearer
from app.http.problems import Problem, unauthorized
from app.http.responses import JsonBytes
from app.http.routing import Endpoint
from app.reading import paging
from app.reading.cursors import Direction, Position
from app.reading.list_sql import Choice, ListSql, Statement
from app.reading.shapes import ListQuery, Page
from app.services import services_of

KEYS = msgspec.json.Decoder(tuple[str, ...])


@dataclass(frozen=True, slots=True)
class Asked:
    """A list in one order under some filters: what a cursor is bound to."""

    filters: tuple[str, ...]
    values: tuple[object, ...]
    sort: str
    descending: bool

    def scope(self, name: str) -> str:
        """Return the text that a cursor's signature covers."""
        sort = f"-{self.sort}" if self.descending else self.sort
        return msgspec.json.encode((name, self.filters, self.values, sort)).decode()


@dataclass(frozen=True, slots=True)
class Listing:
    """A list: its fragments of SQL, what may be asked of it, and the shape of a row."""

    sql: ListSql
    query: type[ListQuery]
    item: type[msgspec.Struct]

    def endpoint(self, path: str, summary: str, tag: str) -> Endpoint:
        """Return the route that serves it."""
        answer = Page[self.item]  # type: ignore[name-defined]
        return Endpoint(
            method="GET",
            path=path,
            serve=self.serve,
            summary=summary,
            tag=tag,
            query=self.query,
            answer=answer,
        )

    async def serve(self, request: Request) -> Response:
        """Answer with a page of what the caller sees."""
        services = services_of(request)
        token = bearer(request)
        query = requests.query(request, self.query)
        if query.limit > services.http.max_page:
            raise Problem(422, f"Expected `int` <= {services.http.max_page}.", field="limit")
        asked = self._asked(query)
        scope = asked.scope(self.sql.name)
        position = paging.begins(services.cursor_key, scope, query)
        backward = query.direction == "backward" if position is None else position.direction == "backward"
        statement = self.sql.statement(
            Choice(asked.filters, asked.sort, asked.descending, backward, position is not None, query.total)
        )
        keys = position.keys if position else ()
        async with services.large_pages.room_for(query.limit, counts=query.total):
            row = await services.database.read_alone(
                statement.sql, token.digest, query.limit, *asked.values, *keys, prepared=None
            )
        if row is None:
            raise unauthorized()
        _, _, items, first, last, more, total = row
        way: Direction = "backward" if backward else "forward"
        other: Direction = "forward" if backward else "backward"
        onward = Position(way, KEYS.decode(last)) if more else None
        back = None
        if position is not None and first is None:
            back = position.turned(down=asked.descending != backward)
        elif position is not None:
            back = Position(other, KEYS.decode(first))
        before, after = (onward, back) if backward else (back, onward)
        body = b'{"items":%b,"next":%b,"previous":%b%b}' % (
            items,
            paging.cursor(services.cursor_key, scope, after),
            paging.cursor(services.cursor_key, scope, before),
            b',"total":%d' % total if query.total else b"",
        )
        return JsonBytes(body)

    def _asked(self, query: ListQuery) -> Asked:
        """Return the fragments that a query picks; Problem 422 for an order that no index has."""
        filters: list[str] = []
        values: list[object] = []
        for name in self.sql.filters:
            field, _, wanted = name.partition("=")
            value = getattr(query, field)
            if value is None or (wanted and wanted != str(value).lower()):
                continue
            # A value with a predicate of its own (`status is done`) stands before the others in the file.
            if not wanted and f"{field}={value}" in filters:
                continue
            filters.append(name)
            if not wanted:
                values.append(value)
        word: str = getattr(query, "sort")  # noqa: B009  (each list has its own type of it)
        name = word.removeprefix("-")
        needs = self.sql.sorts[name].needs
        if needs and not set(needs) & set(filters):
            raise Problem(422, f"Sorting by {name} needs {' or '.join(needs)}.", field="sort")
        return Asked(tuple(filters), tuple(values), name, word.startswith("-"))

    def statements(self, most_filters: int = 1) -> Iterator[Statement]:
        """
        Yield every statement with so many filters at most, in every order, first pages and later.

        More filters only add conditions to the same scans, and a total is the same for every page.
        """
        ways = product((False, True), repeat=3)
        for (descending, backward, continued), count in product(ways, range(most_filters + 1)):
            for filters, (name, sort) in product(
                combinations(self.sql.filters, count), self.sql.sorts.items()
            ):
                fields = {filter_name.partition("=")[0] for filter_name in filters}
                contradict = len(fields) < len(filters)
                allowed = not sort.needs or set(sort.needs) & set(filters)
                if not allowed or contradict:
                    continue
                yield self.sql.statement(Choice(filters, name, descending, backward, continued, total=False))
                if not (descending or backward or continued):
                    yield self.sql.statement(Choice(filters, name, False, False, False, total=True))
