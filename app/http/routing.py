"""Routes: each declares its path, its input and output, and the function that serves it."""

import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, NoMatchFound, Route
from starlette.types import Message, Receive, Scope, Send

from app.http import requests
from app.http.authentication import bearer

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Serve = Callable[[Request], Awaitable[Response]]


class NoQuery(Struct, forbid_unknown_fields=True):
    """A query string without parameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """
    One method of one path; the OpenAPI document is generated from this.

    `query` is the type of the query string, `body` of the JSON body, `response` of the JSON of `status`
    (None: no body). `also` are other statuses with JSON of their own. `headers` are the request headers that
    it reads, `sends` the response headers beyond the implied ones (`app/http/openapi_headers.py`). `errors`
    are the statuses of problem documents beyond the implied ones (`problems`).
    """

    method: Method
    path: str
    serve: Serve
    summary: str
    tag: str
    query: type[Struct] | None = None
    body: type[Struct] | None = None
    response: object = None
    status: int = 200
    also: tuple[tuple[int, object], ...] = ()
    media_types: tuple[str, ...] = ("application/json",)
    headers: tuple[str, ...] = ()
    sends: tuple[str, ...] = ()
    errors: tuple[int, ...] = ()
    public: bool = False

    @property
    def path_parameters(self) -> tuple[str, ...]:
        """The names in braces in the path."""
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))

    @property
    def problems(self) -> tuple[int, ...]:
        """Every status of a problem document that this endpoint, or the edge in front of it, may send."""
        found = {*self.errors, 400, 429, 431, 503}
        if not self.public:
            # Every query string is validated, even where there are no parameters.
            found |= {401, 422}
        if self.path_parameters:
            found.add(404)
        if self.method != "GET":
            found |= {413, 415}
        return tuple(sorted(found))


OnRequest = Callable[[Request, Endpoint], None]
OnResponse = Callable[[Request, Endpoint, Response], None]
OnEnd = Callable[[Scope, str, int, float], None]
"""Called with the route's path, the status and the seconds of a request that has been answered."""


def route(endpoints: Iterable[Endpoint], on_request: OnRequest, on_response: OnResponse) -> Route:
    """Return Starlette's route of one path with all its methods, which calls back before and after each."""
    serving: dict[str, Endpoint] = {endpoint.method: endpoint for endpoint in endpoints}
    methods = list(serving)
    (path,) = {endpoint.path for endpoint in serving.values()}
    if "GET" in serving:
        serving["HEAD"] = serving["GET"]

    async def serve(request: Request) -> Response:
        endpoint = serving[request.method]
        on_request(request, endpoint)
        if request.scope["query_string"] and endpoint.query is None and not endpoint.public:
            bearer(request)
            requests.query(request, NoQuery)
        response = await endpoint.serve(request)
        on_response(request, endpoint, response)
        return response

    return Route(path, serve, methods=methods)


class Router(BaseRoute):
    """
    A tree of path segments, which finds the route of a request in one step per segment.

    Starlette's own list tries one regular expression after another, which costs a small read a tenth of its
    time at a hundred paths. A literal segment takes precedence over one in braces.
    """

    def __init__(
        self, endpoints: Iterable[Endpoint], on_request: OnRequest, on_response: OnResponse, on_end: OnEnd
    ) -> None:
        self._on_end = on_end
        by_path: dict[str, list[Endpoint]] = {}
        for endpoint in endpoints:
            if any(endpoint.method == other.method for other in by_path.get(endpoint.path, ())):
                raise ValueError(f"{endpoint.method} {endpoint.path} is declared twice")
            by_path.setdefault(endpoint.path, []).append(endpoint)
        self._root: dict[str, object] = {}
        for path, several in by_path.items():
            node = self._root
            for part in path.split("/"):
                node = node.setdefault("{}" if part.startswith("{") else part, {})  # type: ignore[assignment]
            node["/"] = route(several, on_request, on_response)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return the match of the one route that this path can lead to."""
        if scope["type"] != "http":
            return Match.NONE, {}
        node = self._root
        for part in scope["path"].split("/"):
            node = node.get(part) or node.get("{}")  # type: ignore[assignment]
            if node is None:
                return Match.NONE, {}
        found = node.get("/")
        if not isinstance(found, Route):
            return Match.NONE, {}
        match, child = found.matches(scope)
        child["directory_route"] = found
        return match, child

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the route that `matches` found; an error that nobody handles becomes a 500 further out."""
        found: Route = scope["directory_route"]
        status, since = 500, time.perf_counter()

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await found.handle(scope, receive, noting)
        except HTTPException as error:
            status = error.status_code
            raise
        finally:
            self._on_end(scope, found.path, status, time.perf_counter() - since)

    def url_path_for(self, name: str, /, **path_params: object) -> NoMatchFound:  # type: ignore[override]
        """Not supported: paths are written out where they are needed."""
        raise NoMatchFound(name, path_params)
