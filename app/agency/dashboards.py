"""GET /api/dashboards/{user,manager,admin,client}: each the caller's own, in one statement."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from app.agency.cache_policies import ADMIN_DASHBOARD, CLIENT_DASHBOARD, MANAGER_DASHBOARD, USER_DASHBOARD
from app.agency.shapes.dashboard_admin import AdminDashboard
from app.agency.shapes.dashboard_client import ClientDashboard
from app.agency.shapes.dashboard_manager import ManagerDashboard
from app.agency.shapes.dashboard_user import UserDashboard
from app.cache.policy import Entry
from app.database.queries import queries
from app.database.sql import Sql
from app.http.authentication import Caller, Token, bearer
from app.http.problems import Problem
from app.http.routing import Endpoint
from app.reading import cached
from app.reading.cached import Loaded
from app.services import Services, services_of


async def user(request: Request) -> Response:
    """Respond with the caller's own dashboard."""
    services, token = services_of(request), bearer(request)
    load = partial(_load, services, token, queries.dashboard_user, "")
    return await cached.own(services, token, USER_DASHBOARD, load)


async def manager(request: Request) -> Response:
    """Respond with the projects that the caller leads."""
    services, token = services_of(request), bearer(request)
    load = partial(_load, services, token, queries.dashboard_manager, "project managers")
    return await cached.own(services, token, MANAGER_DASHBOARD, load)


async def admin(request: Request) -> Response:
    """Respond with the whole agency's figures."""
    services, token = services_of(request), bearer(request)
    load = partial(_load, services, token, queries.dashboard_admin, "admins")
    return await cached.own(services, token, ADMIN_DASHBOARD, load)


async def client(request: Request) -> Response:
    """Respond with the dashboard of the caller's company."""
    services, token = services_of(request), bearer(request)
    load = partial(_load, services, token, queries.dashboard_client, "clients")
    return await cached.of_caller(services, token, _client_entry, load)


def _client_entry(caller: Caller) -> Entry:
    """Return the cache entry of a client user's dashboard; such a user's key is c<client>."""
    return CLIENT_DASHBOARD.entry(user=caller.user, client=caller.key.removeprefix("c"))


async def _load(services: Services, token: Token, query: Sql, audience: str) -> Loaded | None:
    row = await services.database.fetch_row(query, token.digest)
    if row is None:
        return None
    caller, seconds_left, body = row
    if body is None:
        raise Problem(403, f"This dashboard is for {audience}.")
    return Loaded(caller, seconds_left, "", body)


ROUTES = (
    Endpoint(
        method="GET",
        path="/api/dashboards/user",
        serve=user,
        summary="The caller's own tasks, projects, week and unread notifications",
        tag="dashboards",
        response=UserDashboard,
        sends=("X-Cache",),
    ),
    Endpoint(
        method="GET",
        path="/api/dashboards/manager",
        serve=manager,
        summary="The projects that the caller leads: health, team load, milestones, budget against hours",
        tag="dashboards",
        response=ManagerDashboard,
        sends=("X-Cache",),
        errors=(403,),
    ),
    Endpoint(
        method="GET",
        path="/api/dashboards/admin",
        serve=admin,
        summary="The agency: totals, revenue, users, recent activity, system; at most a minute old",
        tag="dashboards",
        response=AdminDashboard,
        sends=("X-Cache",),
        errors=(403,),
    ),
    Endpoint(
        method="GET",
        path="/api/dashboards/client",
        serve=client,
        summary="The caller's company: projects, invoices, hours",
        tag="dashboards",
        response=ClientDashboard,
        sends=("X-Cache",),
        errors=(403,),
    ),
)
