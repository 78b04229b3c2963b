"""GET /healthz and GET /readyz."""

import msgspec
from psycopg import InterfaceError, OperationalError
from starlette.requests import Request
from starlette.responses import Response

from app.answers import JsonBytes
from app.database import Database
from app.problems import RETRY_AFTER_S
from app.services import services_of

# A busy server is not an unready one.
READY_TIMEOUT_S = 3.0


async def healthz(_request: Request) -> Response:
    """Answer that this process runs."""
    return JsonBytes(b'{"status":"ok"}')


async def readyz(request: Request) -> Response:
    """Answer whether requests can be served: 503 without the database; without Redis they are only slower."""
    services = services_of(request)
    database = await _answers(services.database)
    redis = "off" if not services.cache.enabled else "up" if await services.cache.answers() else "down"
    document = {
        "status": "ok" if database else "unavailable",
        "release": services.release,
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
