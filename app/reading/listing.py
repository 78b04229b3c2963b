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
from app.reading import page
from app.reading.list_sql import ListSql
from app.reading.shapes import ListQuery, Page
from app.reading.sql_fragments import Choice, Statement
from app.services import services_of


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
        asked = page.asked_of(query, self.sql.filters)
        self._refuse_order(asked)
        start = page.start_of(
            services.cursor_key, asked.scope(self.sql.name), query, most=services.http.max_page
        )
        statement = self.sql.statement(page.choice(asked, start, total=query.total))
        async with services.large_pages.room_for(query.limit, counts=query.total):
            row = await services.database.read_alone(
                statement.sql, token.digest, query.limit, *asked.values, *start.keys, prepared=None
            )
        if row is None:
            raise unauthorized()
        _, _, *rows, total, _ = row
        found = page.Rows(*rows)
        body = b'{"items":%b,%b%b}' % (
            found.items,
            start.links(services.cursor_key, found),
            b',"total":%d' % total if query.total else b"",
        )
        return JsonBytes(body)

    def _refuse_order(self, asked: page.Asked) -> None:
        """Return if an index has the order; Problem 422 otherwise."""
        needs = self.sql.sorts[asked.sort].needs
        if needs and not set(needs) & set(asked.filters):
            raise Problem(422, f"Sorting by {asked.sort} needs {' or '.join(needs)}.", field="sort")

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
                yield self.sql.statement(Choice(filters, name, descending, backward, continued))
                if not (descending or backward or continued):
                    yield self.sql.statement(Choice(filters, name, False, False, False, total=True))
