"""Paged lists: keyset pagination, one statement per page, cursors bound to list, filters and order."""

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
from app.reading import page
from app.reading.list_sql import ListSql
from app.reading.shapes import ListQuery, Page
from app.reading.sql_fragments import Choice, Statement
from app.services import services_of


@dataclass(frozen=True, slots=True)
class Listing:
    """A list: its SQL fragments, its query parameters, and the shape of a row."""

    sql: ListSql
    query: type[ListQuery]
    item: type[msgspec.Struct]

    def endpoint(self, path: str, summary: str, tag: str) -> Endpoint:
        """Return the route that serves it."""
        response = Page[self.item]  # type: ignore[name-defined]
        return Endpoint(
            method="GET",
            path=path,
            serve=self.serve,
            summary=summary,
            tag=tag,
            query=self.query,
            response=response,
        )

    async def serve(self, request: Request) -> Response:
        """Respond with a page of the rows that the caller can see."""
        services = services_of(request)
        token = bearer(request)
        query = requests.query(request, self.query)
        selected = page.selection(query, self.sql.filters)
        self._check_order(selected)
        start = page.start_for(
            services.cursor_keys, selected.scope(self.sql.name), query, most=services.http.max_page
        )
        statement = self.sql.statement(page.choice(selected, start, total=query.total))
        async with services.large_pages.slot_for(query.limit, counts=query.total):
            row = await services.database.fetch_row_alone(
                statement.sql, token.digest, query.limit, *selected.values, *start.keys, prepared=None
            )
        if row is None:
            raise unauthorized()
        _, _, *rows, total, _ = row
        found = page.Rows(*rows)
        body = b'{"items":%b,%b%b}' % (
            found.items,
            start.links(services.cursor_keys, found),
            b',"total":%d' % total if query.total else b"",
        )
        return JsonBytes(body)

    def _check_order(self, selected: page.Selection) -> None:
        """Raise Problem 422 unless an index supports the order."""
        needs = self.sql.sorts[selected.sort].needs
        if needs and not set(needs) & set(selected.filters):
            raise Problem(422, f"Sorting by {selected.sort} needs {' or '.join(needs)}.", field="sort")

    def statements(self, most_filters: int = 1) -> Iterator[Statement]:
        """
        Yield every statement with up to `most_filters` filters: every order, first and later pages.

        More filters only add conditions to the same scans, and a total is the same on every page.
        """
        ways = product((False, True), repeat=3)
        for (descending, backward, continued), count in product(ways, range(most_filters + 1)):
            for filters, (name, sort) in product(
                combinations(self.sql.filters, count), self.sql.sorts.items()
            ):
                fields = {filter_name.partition("=")[0] for filter_name in filters}
                contradictory = len(fields) < len(filters)
                allowed = not sort.needs or set(sort.needs) & set(filters)
                if not allowed or contradictory:
                    continue
                yield self.sql.statement(Choice(filters, name, descending, backward, continued))
                if not (descending or backward or continued):
                    yield self.sql.statement(Choice(filters, name, False, False, False, total=True))
