"""GET /api/dashboards/user."""

from starlette.requests import Request
from starlette.responses import Response

from app import reads
from app.access import Token
from app.cache_policy import USER_DASHBOARD
from app.queries import queries
from app.reads import Loaded
from app.services import services_of


async def user(request: Request) -> Response:
    """Answer with the caller's own dashboard."""
    database = services_of(request).database

    async def load(token: Token) -> Loaded | None:
        row = await database.read(queries.user_dashboard, token.digest)
        if row is None:
            return None
        caller, seconds_left, body = row
        return Loaded(caller, seconds_left, "", body)

    return await reads.own(request, USER_DASHBOARD, load)
