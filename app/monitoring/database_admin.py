"""GET /api/admin/db-performance and /api/admin/db-connections: PostgreSQL, for admins."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.database.queries import queries
from app.database.sql import Sql
from app.http.responses import JsonBytes
from app.http.routing import Endpoint
from app.monitoring.admins import admin
from app.monitoring.database_shapes import Connections, Performance
from app.services import services_of


async def performance(request: Request) -> Response:
    """Respond with what PostgreSQL has done since its statistics began."""
    await admin(request, "Figures of the database are")
    return await _told(request, queries.database_performance)


async def connections(request: Request) -> Response:
    """Respond with who is connected to PostgreSQL now, and who waits for whom."""
    await admin(request, "Connections of the database are")
    return await _told(request, queries.database_connections)


async def _told(request: Request, query: Sql) -> Response:
    # Not in a round trip of others: it may take a while.
    row = await services_of(request).database.fetch_row_alone(query)
    assert row is not None  # noqa: S101  a function without FROM has one row
    (told,) = row
    return JsonBytes(told)


ROUTES: tuple[Any, ...] = (
    Endpoint(
        method="GET",
        path="/api/admin/db-performance",
        serve=performance,
        summary="What PostgreSQL has done: expensive statements, tables, unused indexes",
        tag="admin",
        response=Performance,
        errors=(403,),
    ),
    Endpoint(
        method="GET",
        path="/api/admin/db-connections",
        serve=connections,
        summary="Who is connected to PostgreSQL, and who waits for whom",
        tag="admin",
        response=Connections,
        errors=(403,),
    ),
)
