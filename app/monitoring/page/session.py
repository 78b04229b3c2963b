"""Who looks at the page: the cookie, which the sign-in form sets, has an admin's token."""

from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import Response

from app.http.authentication import token_of
from app.monitoring.admins import is_admin
from app.services import services_of

COOKIE = "__Secure-bantam-admin"
"""A browser takes a cookie of this name by TLS only."""

PATH = "/admin"
HOURS = 8


async def is_signed_in(request: Request) -> bool:
    """Return whether the cookie's token is an admin's, and valid now."""
    token = token_of(request.cookies.get(COOKIE, ""))
    return token is not None and bool(await is_admin(services_of(request), token))


async def presented(request: Request) -> str:
    """Return what was typed into the form."""
    return parse_qs((await request.body()).decode("latin-1")).get("token", [""])[0].strip()


def is_own_form(request: Request) -> bool:
    """Return whether the page itself sent this, not a form on somebody else's site."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return urlsplit(request.headers.get("origin", "")).hostname == request.url.hostname


def sign_in(response: Response, token: str) -> None:
    """Set the cookie: no script can read it, no other site can send it, and the API does not accept it."""
    response.set_cookie(
        COOKIE, token, max_age=HOURS * 3600, path=PATH, secure=True, httponly=True, samesite="strict"
    )


def sign_out(response: Response) -> None:
    """Remove the cookie."""
    response.delete_cookie(COOKIE, path=PATH, secure=True, httponly=True, samesite="strict")
