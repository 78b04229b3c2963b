"""The rows of one container in one order; each page is cached once for everybody who sees the container."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from starlette.requests import Request
from starlette.responses import Response

from app.cache.policy import Policy
from app.http import requests
from app.http.authentication import bearer
from app.http.large_pages import LARGE
from app.http.routing import Endpoint
from app.reading import cached, cursors, page
from app.reading.cached import Loaded
from app.reading.listing import Listing
from app.reading.shapes import Page, PageQuery
from app.reading.sql_fragments import Choice, Statement
from app.services import services_of


@dataclass(frozen=True, slots=True)
class SharedPages:
    """
    A list filtered `by` the container in the path, always in the order of `sort`.

    The policy's key uses the value of `by`, `position` and `limit`. Cursors are those of the list with the
    same filter and order.
    """

    listing: Listing
    by: str
    sort: str
    policy: Policy

    def endpoint(self, path: str, summary: str, tag: str) -> Endpoint:
        """Return the route that serves them."""
        response = Page[self.listing.item]  # type: ignore[name-defined]
        return Endpoint(
            method="GET",
            path=path,
            serve=self.serve,
            summary=summary,
            tag=tag,
            query=PageQuery,
            response=response,
            sends=("X-Cache",),
        )

    async def serve(self, request: Request) -> Response:
        """Respond with a page; 404 if the caller cannot see the container."""
        services, token = services_of(request), bearer(request)
        container = requests.path_id(request)
        query = requests.query(request, PageQuery)
        selected = page.Selection((self.by,), (container,), self.sort, descending=False)
        start = page.start_for(
            services.cursor_keys, selected.scope(self.listing.sql.name), query, most=services.http.max_page
        )
        statement = self.listing.sql.statement(page.choice(selected, start, audience=True))
        database = services.database
        fetch = database.fetch_row if query.limit <= LARGE else database.fetch_row_alone

        async def load() -> Loaded | None:
            async with services.large_pages.slot_for(query.limit):
                row = await fetch(statement.sql, token.digest, query.limit, container, *start.keys)
            if row is None:
                return None
            caller, seconds_left, *rows, _, audience = row
            found = page.Rows(*rows)
            body = b'{"items":%b,%b}' % (found.items, start.links(services.cursor_keys, found))
            return Loaded(caller, seconds_left, audience, body)

        place = start.position or ("end" if start.backward else "start")
        signed_place = f"{cursors.signer(services.cursor_keys)}:{place}"
        entry = self.policy.entry(**{self.by: container}, position=signed_place, limit=query.limit)
        return await cached.shared(services, token, entry, load)

    def statements(self) -> Iterator[Statement]:
        """Yield every statement that a page may need."""
        places = ((False, False), (True, False), (True, True))
        for backward, (continued, inclusive) in product((False, True), places):
            yield self.listing.sql.statement(
                Choice((self.by,), self.sort, False, backward, continued, inclusive, audience=True)
            )
