"""Responses whose bodies are already encoded."""

from typing import TYPE_CHECKING, Literal

from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.background import BackgroundTask

CacheState = Literal["hit", "miss", "off"]

CACHE_HEADERS: dict[CacheState, tuple[bytes, bytes]] = {
    "hit": (b"x-cache", b"hit"),
    "miss": (b"x-cache", b"miss"),
    "off": (b"x-cache", b"off"),
}
CONTENT_TYPE = (b"content-type", b"application/json")
# A response is for one token only, so no proxy may store it.
NO_STORE = (b"cache-control", b"no-store")


class JsonBytes(Response):
    """A JSON response of encoded bytes; its headers skip Starlette's encoding."""

    def __init__(self, body: bytes, cache: CacheState | None = None, status: int = 200) -> None:
        self.status_code = status
        self.background: BackgroundTask | None = None
        self.body = body
        self.raw_headers = [(b"content-length", b"%d" % len(body)), CONTENT_TYPE, NO_STORE]
        if cache is not None:
            self.raw_headers.append(CACHE_HEADERS[cache])
