"""One resource by its id with its related data, in one statement; with an ETag if it has a version."""

from dataclasses import dataclass

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from app.cache.policy import Policy
from app.http import etags, requests
from app.http.authentication import Token, bearer
from app.http.problems import not_found, unauthorized
from app.http.responses import JsonBytes
from app.http.routing import Endpoint
from app.reading import cached
from app.reading.cached import Loaded
from app.reading.listing import Listing
from app.services import Services, services_of


@dataclass(frozen=True, slots=True)
class Entities:
    """Single rows of a list, cached if there is a policy; visible here if visible in the list."""

    listing: Listing
    shape: type[msgspec.Struct]
    policy: Policy | None = None

    def endpoint(self, path: str, summary: str, tag: str) -> Endpoint:
        """Return the route that serves them."""
        return Endpoint(
            method="GET",
            path=path,
            serve=self.serve,
            summary=summary,
            tag=tag,
            response=self.shape,
            headers=("If-None-Match",) if "version" in self.shape.__struct_fields__ else (),
            sends=() if self.policy is None else ("X-Cache",),
        )

    async def serve(self, request: Request) -> Response:
        """Respond with the entity; 304 if the client already has it, 404 if the caller cannot see it."""
        services, token = services_of(request), bearer(request)
        number = requests.path_id(request)

        async def load() -> Loaded | None:
            return await self._load(services, token, number)

        if self.policy is not None:
            page = await cached.own(services, token, self.policy, load, may_be_absent=True, shown=number)
            return etags.tagged(request, page)
        loaded = await load()
        if loaded is None:
            raise unauthorized()
        if loaded.body is None:
            raise not_found()
        return etags.tagged(request, JsonBytes(loaded.body))

    async def _load(self, services: Services, token: Token, number: int) -> Loaded | None:
        row = await services.database.fetch_row(self.listing.sql.entity.sql, token.digest, number)
        if row is None:
            return None
        caller, seconds_left, body = row
        return Loaded(caller, seconds_left, "", body)
