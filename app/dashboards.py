"""GET /api/dashboards/user."""

from starlette.requests import Request
from starlette.responses import Response

from app import reads
from app.access import Token, bearer
from app.cache_policy import USER_DASHBOARD
from app.queries import queries
from app.reads import Loaded
from app.routes import Endpoint
from app.services import Services, services_of
from app.shapes import UserDashboard


async def user(request: Request) -> Response:
    """Answer with the caller's own dashboard."""
    return await read_user(services_of(request), bearer(request))


async def read_user(services: Services, token: Token) -> Response:
    """Return the answer to whoever holds the token; afterwards the cache has it."""

    async def load() -> Loaded | None:
        row = await services.database.read(queries.dashboard_user, token.digest)
        if row is None:
            return None
        caller, seconds_left, body = row
        return Loaded(caller, seconds_left, "", body)

    return await reads.own(services, token, USER_DASHBOARD, load)


ROUTES = (
    Endpoint(
        method="GET",
        path="/api/dashboards/user",
        serve=user,
        summary="The caller's own tasks, projects, week and unread notifications",
        tag="dashboards",
        answer=UserDashboard,
    ),
)
