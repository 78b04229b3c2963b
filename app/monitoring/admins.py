"""Access checks for admins."""

from starlette.requests import Request

from app.database.queries import queries
from app.http.authentication import Caller, Token, bearer
from app.http.problems import Problem, unauthorized
from app.services import Services, services_of


async def is_admin(services: Services, token: Token) -> bool | None:
    """Return whether the token is an admin's; None if it is nobody's, or no longer valid."""
    row = await services.database.fetch_row(queries.caller, token.digest)
    if row is None:
        return None
    record, _ = row
    return Caller.decode(record).key == services.admin_key


async def admin(request: Request, what: str) -> None:
    """Raise Problem 401 without a valid token, 403 naming `what` unless the caller is an admin."""
    found = await is_admin(services_of(request), bearer(request))
    if found is None:
        raise unauthorized()
    if not found:
        raise Problem(403, f"{what} for admins only.")
