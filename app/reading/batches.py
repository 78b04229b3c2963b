"""Rows by their ids, up to 200 in one statement, so that clients need not request each one."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from app.http import requests
from app.http.authentication import bearer
from app.http.problems import unauthorized
from app.http.responses import JsonBytes
from app.http.routing import Endpoint
from app.reading.listing import Listing
from app.reading.shapes import Batch, BatchQuery
from app.services import services_of


@dataclass(frozen=True, slots=True)
class Batches:
    """The visible rows of a list with the requested ids, in the order of the ids."""

    listing: Listing

    def endpoint(self, path: str, summary: str, tag: str) -> Endpoint:
        """Return the route that serves them."""
        response = Batch[self.listing.item]  # type: ignore[name-defined]
        return Endpoint(
            method="GET",
            path=path,
            serve=self.serve,
            summary=summary,
            tag=tag,
            query=BatchQuery,
            response=response,
        )

    async def serve(self, request: Request) -> Response:
        """Respond with the rows; ids that do not exist or are not visible are left out."""
        services = services_of(request)
        token = bearer(request)
        query = requests.query(request, BatchQuery)
        ids = list(dict.fromkeys(map(int, query.ids.split(","))))
        row = await services.database.fetch_row_alone(self.listing.sql.batch.sql, token.digest, ids)
        if row is None:
            raise unauthorized()
        _, _, items = row
        return JsonBytes(b'{"items":%b}' % items)
