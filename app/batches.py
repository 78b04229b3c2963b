"""Rows by their ids, up to 200 in one statement: what a client needs who would else ask for each."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from app import inputs
from app.access import bearer
from app.answers import JsonBytes
from app.lists import Listing
from app.problems import unauthorized
from app.routes import Endpoint
from app.services import services_of
from app.shapes.lists import Batch, BatchQuery


@dataclass(frozen=True, slots=True)
class Batches:
    """The rows of a list by their ids: what is visible of them, in the order of the ids."""

    listing: Listing

    def endpoint(self, path: str, summary: str, tag: str) -> Endpoint:
        """Return the route that serves them."""
        answer = Batch[self.listing.item]  # type: ignore[name-defined]
        return Endpoint(
            method="GET",
            path=path,
            serve=self.serve,
            summary=summary,
            tag=tag,
            query=BatchQuery,
            answer=answer,
        )

    async def serve(self, request: Request) -> Response:
        """Answer with the rows; an id that does not exist or may not be seen is left out."""
        services = services_of(request)
        token = bearer(request)
        query = inputs.query(request, BatchQuery)
        ids = list(dict.fromkeys(map(int, query.ids.split(","))))
        row = await services.database.read_alone(self.listing.sql.batch.sql, token.digest, ids)
        if row is None:
            raise unauthorized()
        _, _, items = row
        return JsonBytes(b'{"items":%b}' % items)
