"""GET /admin: how the server is, as a page for admins, with a form to sign in."""

from typing import Any, cast

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.database.queries import queries
from app.database.sql import Sql
from app.http.authentication import token_of
from app.http.problems import not_found
from app.http.routing import Endpoint, Method, Serve
from app.monitoring.admins import is_admin
from app.monitoring.cache_admin import gathered
from app.monitoring.database_shapes import Connections, Performance, Plan
from app.monitoring.history_shapes import Outlook
from app.monitoring.page import reports, session
from app.monitoring.page.done import lately
from app.monitoring.page.rendering import CHARTS, CHARTS_SCRIPT, POLICY, data, render
from app.services import Services, services_of

RANGES = {"1": "1 hour", "24": "1 day", "168": "1 week", "336": "2 weeks"}
DEFAULT = "24"
OTHER_SITE = "This form was sent by another site: use this one."
YEAR_S = 365 * 86400
HEADERS = {"cache-control": "no-store", "content-security-policy": POLICY, "referrer-policy": "same-origin"}


async def page(request: Request) -> Response:
    """Respond with the page, or with the form to whoever is not signed in."""
    if not await session.is_signed_in(request):
        return _html("sign_in.html.j2", 401, problem="")
    asked = request.query_params.get("hours", DEFAULT)
    hours = asked if asked in RANGES else DEFAULT
    services = services_of(request)
    return _html(
        "page.html.j2",
        server=request.url.hostname,
        ranges=RANGES,
        hours=hours,
        series=data(await _told(services, queries.history_chart, int(hours))),
        performance=msgspec.json.decode(
            await _told(services, queries.database_performance), type=Performance
        ),
        connections=msgspec.json.decode(
            await _told(services, queries.database_connections), type=Connections
        ),
        cache=await gathered(services),
        done=lately(),
        reports=reports.names(),
        outlook=msgspec.json.decode(await _told(services, queries.history_outlook), type=Outlook),
        whens={0: "last 24 hours", 1: "the 24 hours before", 7: "a week before"},
    )


async def plan(request: Request) -> Response:
    """Respond with one of the statements and its plan; 404 if PostgreSQL's statistics no longer have it."""
    if not await session.is_signed_in(request):
        return _html("sign_in.html.j2", 401, problem="")
    told = await _told(services_of(request), queries.statement_plan, request.path_params["id"])
    if told is None:
        raise not_found()
    return _html("plan.html.j2", planned=msgspec.json.decode(told, type=Plan))


async def report(request: Request) -> Response:
    """Respond with the page of a report; 404 if there is none of this name."""
    if not await session.is_signed_in(request):
        return _html("sign_in.html.j2", 401, problem="")
    text = reports.page(request.path_params["name"])
    if text is None:
        raise not_found()
    return HTMLResponse(text, headers=HEADERS)


async def sign_in(request: Request) -> Response:
    """Respond with the way to the page and the cookie that opens it, or with the form and what is wrong."""
    if not session.is_own_form(request):
        return _html("sign_in.html.j2", 403, problem=OTHER_SITE)
    text = await session.presented(request)
    token = token_of(text)
    found = token and await is_admin(services_of(request), token)
    if not found:
        problem = "This page is for admins only." if found is False else "This is not a valid token."
        return _html("sign_in.html.j2", 403, problem=problem)
    response = RedirectResponse(session.PATH, 303)
    session.sign_in(response, text)
    return response


async def sign_out(request: Request) -> Response:
    """Respond with the form, without the cookie."""
    if not session.is_own_form(request):
        return _html("sign_in.html.j2", 403, problem=OTHER_SITE)
    response = RedirectResponse(session.PATH, 303)
    session.sign_out(response)
    return response


async def charts(_request: Request) -> Response:
    """Respond with uPlot, which draws the charts."""
    return Response(
        CHARTS_SCRIPT, media_type="text/javascript", headers={"cache-control": f"public, max-age={YEAR_S}"}
    )


async def _told(services: Services, query: Sql, *parameters: object) -> bytes:
    # Not in a round trip of others: it may take a while.
    row = await services.database.fetch_row_alone(query, *parameters)
    return cast("tuple[bytes]", row)[0]


def _html(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    return HTMLResponse(render(template, **values), status, HEADERS)


def _endpoint(method: Method, path: str, serve: Serve, summary: str) -> Endpoint:
    return Endpoint(method=method, path=path, serve=serve, summary=summary, tag="page", public=True)


ENDPOINTS = (
    _endpoint("GET", session.PATH, page, "How the server is, for people"),
    _endpoint("GET", f"{session.PATH}/statements/{{id}}", plan, "A statement and its plan"),
    _endpoint("GET", f"{session.PATH}/reports/{{name}}", report, "A report"),
    _endpoint("POST", f"{session.PATH}/sign-in", sign_in, "Get the cookie"),
    _endpoint("POST", f"{session.PATH}/sign-out", sign_out, "Remove the cookie"),
    _endpoint("GET", CHARTS, charts, "What draws the charts"),
)
"""Not in the API's document: they are for people, and answer in HTML."""
