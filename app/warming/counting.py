"""Which reads are remembered as popular."""

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from app.http.authentication import OWN, bearer
from app.http.routing import Endpoint
from app.services import services_of


def count_read(request: Request, endpoint: Endpoint, response: Response) -> None:
    """Count a read that the cache may have, unless the app itself has asked."""
    # Not searches: what people look for is written down nowhere.
    if "X-Cache" not in endpoint.sends or endpoint.tag == "search" or request.method != "GET":
        return
    if OWN not in request.scope and _came_by_cache(response):
        path, query = request.scope["path"], request.scope["query_string"].decode("latin-1")
        services_of(request).popularity.count(bearer(request).digest, f"{path}?{query}" if query else path)


def _came_by_cache(response: Response) -> bool:
    """Return whether the cache may have it: it says where it came from, or that the client has it already."""
    if isinstance(response, StreamingResponse):
        # As long as the client likes, so never kept.
        return False
    return response.status_code == 304 or any(name == b"x-cache" for name, _ in response.raw_headers)
