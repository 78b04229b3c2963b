"""Access checks for admins."""

from starlette.requests import Request

from app.database.queries import queries
from app.http.authentication import Caller, bearer
from app.http.problems import Problem, unauthorized
from app.services import services_of


async def admin(request: Request, what: str) -> None:
    """Raise Problem 401 without a valid token, 403 naming `what` unless the caller is an admin."""
    services = services_of(request)
    row = await services.database.fetch_row(queries.caller, bearer(request).digest)
    if row is None:
        raise unauthorized()
    record, _ = row
    if Caller.decode(record).key != services.admin_key:
        raise Problem(403, f"{what} for admins only.")
