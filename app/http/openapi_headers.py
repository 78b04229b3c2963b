"""The headers of requests and answers, as the OpenAPI document describes them."""

from typing import Any

from app.http.routing import Endpoint

Schema = dict[str, Any]

_TEXT = {"type": "string"}
_TAG = r'(W/)?"[!#-~]*"'
ASKED: dict[str, tuple[str, Schema]] = {
    "If-Match": (
        "ETags that the change may be based on; 412 if it is another. `*`: whatever is there.",
        {"type": "string", "pattern": rf"^(\*|{_TAG}(, ?{_TAG})*)$"},
    ),
    "If-None-Match": (
        "ETags of copies that are at hand; 304 without a body if one is still right. `*`: any.",
        _TEXT,
    ),
    "Idempotency-Key": (
        "Any text of the client's own: the same request sent again gets the same answer.",
        {"type": "string", "pattern": "^[!-~]{1,200}$"},
    ),
}
SENT: dict[str, tuple[str, Schema]] = {
    "ETag": (
        "What If-Match and If-None-Match are given; always strong.",
        {"type": "string", "pattern": '^"[1-9][0-9]*(-[0-9a-f]{8}(-gzip)?)?"$'},
    ),
    "Location": ("Where it is.", {"type": "string", "pattern": "^/api/[a-z-]+/[1-9][0-9]*$"}),
    "X-Cache": ("Where it came from.", {"type": "string", "enum": ["hit", "miss", "off"]}),
    "Age": ("Seconds since the figures were made.", {"type": "integer", "minimum": 0}),
    "Last-Modified": ("When the figures were made.", _TEXT),
    "X-Refreshed-At": ("When the figures were made.", {"type": "string", "format": "date-time"}),
    "Content-Disposition": ("The name of a file.", _TEXT),
    "Idempotency-Replayed": ("The answer that was kept for the key.", {"type": "string", "enum": ["true"]}),
    "Retry-After": ("Seconds to wait.", {"type": "integer", "minimum": 1}),
    "WWW-Authenticate": ("How to say who calls.", {"type": "string", "enum": ["Bearer"]}),
}
SOMETIMES = frozenset({"Content-Disposition", "Idempotency-Replayed"})
OF_REFUSALS = {
    401: ("WWW-Authenticate",),
    412: ("ETag",),
    429: ("Retry-After",),
    503: ("Retry-After",),
}


def parameters(endpoint: Endpoint) -> list[Schema]:
    """Return the request headers that an endpoint reads."""
    return [
        {"name": name, "in": "header", "description": ASKED[name][0], "schema": ASKED[name][1]}
        for name in endpoint.headers
    ]


def answered(endpoint: Endpoint, status: int) -> dict[str, Schema]:
    """Return the headers of what an endpoint answers by this status."""
    if status in OF_REFUSALS:
        return _described(OF_REFUSALS[status])
    if status != endpoint.status:
        return {}
    names = [*endpoint.sends]
    if has_etag(endpoint):
        names.append("ETag")
    if "Idempotency-Key" in endpoint.headers:
        names.append("Idempotency-Replayed")
    return _described(names)


def has_etag(endpoint: Endpoint) -> bool:
    """Return whether an answer is one thing with a version."""
    if endpoint.method == "GET":
        return "If-None-Match" in endpoint.headers
    return "version" in getattr(endpoint.answer, "__struct_fields__", ())


def _described(names: tuple[str, ...] | list[str]) -> dict[str, Schema]:
    return {
        name: {"description": SENT[name][0], "required": name not in SOMETIMES, "schema": SENT[name][1]}
        for name in names
    }
