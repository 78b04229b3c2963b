"""The headers of requests and responses, as the OpenAPI document describes them."""

from typing import Any

from app.http.routing import Endpoint

Schema = dict[str, Any]

_TEXT = {"type": "string"}
_TAG = r'(W/)?"[!#-~]*"'
REQUEST_HEADERS: dict[str, tuple[str, Schema]] = {
    "If-Match": (
        "ETags of the versions that the change may be based on; otherwise 412. `*`: any version.",
        {"type": "string", "pattern": rf"^(\*|{_TAG}(, ?{_TAG})*)$"},
    ),
    "If-None-Match": (
        "ETags of responses that the client has; 304 without a body if one is current. `*`: any.",
        _TEXT,
    ),
    "Idempotency-Key": (
        "Chosen by the client: the same request sent again with it gets the same response.",
        {"type": "string", "pattern": "^[!-~]{1,200}$"},
    ),
}
RESPONSE_HEADERS: dict[str, tuple[str, Schema]] = {
    "ETag": (
        "The value for If-Match and If-None-Match; always strong.",
        {"type": "string", "pattern": '^"[1-9][0-9]*(-[0-9a-f]{8}(-gzip)?)?"$'},
    ),
    "Location": (
        "The path of the new resource.",
        {"type": "string", "pattern": "^/api/[a-z-]+/[1-9][0-9]*$"},
    ),
    "X-Cache": (
        "Whether the response came from the cache.",
        {"type": "string", "enum": ["hit", "miss", "off"]},
    ),
    "Age": ("Seconds since the figures were computed.", {"type": "integer", "minimum": 0}),
    "Last-Modified": ("When the figures were computed.", _TEXT),
    "X-Refreshed-At": ("When the figures were computed.", {"type": "string", "format": "date-time"}),
    "Content-Disposition": ("The name of a file.", _TEXT),
    "Idempotency-Replayed": (
        "This is the stored response for the key.",
        {"type": "string", "enum": ["true"]},
    ),
    "Retry-After": ("Seconds to wait.", {"type": "integer", "minimum": 1}),
    "WWW-Authenticate": ("The authentication scheme.", {"type": "string", "enum": ["Bearer"]}),
}
OPTIONAL = frozenset({"Content-Disposition", "Idempotency-Replayed"})
ERROR_HEADERS = {
    401: ("WWW-Authenticate",),
    412: ("ETag",),
    429: ("Retry-After",),
    503: ("Retry-After",),
}


def parameters(endpoint: Endpoint) -> list[Schema]:
    """Return the request headers that an endpoint reads."""
    return [
        {
            "name": name,
            "in": "header",
            "description": REQUEST_HEADERS[name][0],
            "schema": REQUEST_HEADERS[name][1],
        }
        for name in endpoint.headers
    ]


def response_headers(endpoint: Endpoint, status: int) -> dict[str, Schema]:
    """Return the headers of an endpoint's response with this status."""
    if status in ERROR_HEADERS:
        return _described(ERROR_HEADERS[status])
    if status != endpoint.status:
        return {}
    names = [*endpoint.sends]
    if has_etag(endpoint):
        names.append("ETag")
    if "Idempotency-Key" in endpoint.headers:
        names.append("Idempotency-Replayed")
    return _described(names)


def has_etag(endpoint: Endpoint) -> bool:
    """Return whether the response is one resource with a version."""
    if endpoint.method == "GET":
        return "If-None-Match" in endpoint.headers
    return "version" in getattr(endpoint.response, "__struct_fields__", ())


def _described(names: tuple[str, ...] | list[str]) -> dict[str, Schema]:
    return {
        name: {
            "description": RESPONSE_HEADERS[name][0],
            "required": name not in OPTIONAL,
            "schema": RESPONSE_HEADERS[name][1],
        }
        for name in names
    }
