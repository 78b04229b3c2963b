"""GET /healthz and GET /readyz."""

from typing import Literal

import msgspec
from psycopg import InterfaceError, OperationalError
from starlette.requests import Request
from starlette.responses import Response

from app.database.pool import Database
from app.http.problems import RETRY_AFTER_S
from app.http.responses import JsonBytes
from app.http.routing import Endpoint
from app.http.shapes import Shape
from app.services import services_of

# A busy server still counts as ready.
READY_TIMEOUT_S = 3.0


class Health(Shape, frozen=True):
    """The process is running."""

    status: Literal["ok"]


class Readiness(Shape, frozen=True):
    """Which services the process can reach; without Redis it is only slower."""

    status: Literal["ok", "unavailable"]
    database: Literal["up", "down"]
    redis: Literal["up", "down", "off"]


async def healthz(_request: Request) -> Response:
    """Respond that this process is running."""
    return JsonBytes(b'{"status":"ok"}')


async def readyz(request: Request) -> Response:
    """Respond whether requests can be served: 503 without the database; Redis is optional."""
    services = services_of(request)
    database = await _answers(services.database)
    cache = services.cache
    redis = "off" if not cache.health.is_wanted else "up" if await cache.answers() else "down"
    document = {
        "status": "ok" if database else "unavailable",
        "database": "up" if database else "down",
        "redis": redis,
    }
    response = JsonBytes(msgspec.json.encode(document), status=200 if database else 503)
    if not database:
        response.headers["retry-after"] = RETRY_AFTER_S
    return response


async def _answers(database: Database) -> bool:
    try:
        await database.answers(READY_TIMEOUT_S)
    except (OperationalError, InterfaceError):
        return False
    return True


ROUTES = (
    Endpoint(
        method="GET",
        path="/healthz",
        serve=healthz,
        summary="Whether the process is running",
        tag="health",
        response=Health,
        public=True,
    ),
    Endpoint(
        method="GET",
        path="/readyz",
        serve=readyz,
        summary="Whether requests can be served",
        tag="health",
        response=Readiness,
        public=True,
        also=((503, Readiness),),
    ),
)
