"""Which reads are counted for warming."""

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from app.http.authentication import OWN, bearer
from app.http.routing import Endpoint
from app.services import services_of


def count_read(request: Request, endpoint: Endpoint, response: Response) -> None:
    """Count a cacheable read, unless the app itself requested it."""
    # Searches are not counted: search terms are never stored.
    if "X-Cache" not in endpoint.sends or endpoint.tag == "search" or request.method != "GET":
        return
    if OWN not in request.scope and _is_cacheable(response):
        path, query = request.scope["path"], request.scope["query_string"].decode("latin-1")
        services_of(request).popularity.count(bearer(request).digest, f"{path}?{query}" if query else path)


def _is_cacheable(response: Response) -> bool:
    """Return whether the response went through the cache (X-Cache), or the client already has it (304)."""
    if isinstance(response, StreamingResponse):
        # Of any length, so never cached.
        return False
    return response.status_code == 304 or any(name == b"x-cache" for name, _ in response.raw_headers)
