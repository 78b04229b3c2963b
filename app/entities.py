"""One thing by its id, with what belongs to it, in one statement; an ETag where the thing has a version."""

from dataclasses import dataclass

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from app import etags, inputs
from app.access import bearer
from app.answers import JsonBytes
from app.lists import Listing
from app.problems import not_found, unauthorized
from app.routes import Endpoint
from app.services import services_of


@dataclass(frozen=True, slots=True)
class Entities:
    """The rows of a list, each by itself; who sees it in the list sees it here."""

    listing: Listing
    shape: type[msgspec.Struct]

    def endpoint(self, path: str, summary: str, tag: str) -> Endpoint:
        """Return the route that serves them."""
        return Endpoint(
            method="GET",
            path=path,
            serve=self.serve,
            summary=summary,
            tag=tag,
            answer=self.shape,
            headers=("If-None-Match",) if "version" in self.shape.__struct_fields__ else (),
        )

    async def serve(self, request: Request) -> Response:
        """Answer with the entity; 304 to whoever has it already, 404 if the caller does not see it."""
        services = services_of(request)
        token = bearer(request)
        number = inputs.path_id(request)
        row = await services.database.read(self.listing.sql.entity.sql, token.digest, number)
        if row is None:
            raise unauthorized()
        _, _, body = row
        if body is None:
            raise not_found()
        return etags.tagged(request, JsonBytes(body))
