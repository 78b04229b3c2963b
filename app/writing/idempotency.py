"""Idempotency-Key: a request that is sent again gets the first response and has no second effect."""

import re
from dataclasses import dataclass
from hashlib import sha256

from starlette.requests import Request

from app.http.problems import Problem

HEADER = "idempotency-key"
KEY = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """The client's key, and the SHA-256 of its request."""

    key: str
    digest: bytes

    @property
    def sweeps(self) -> bool:
        """
        Whether this is the one key in 64 whose request deletes expired keys, which reads the table.

        It depends on the key and not on the request, or a client that repeats one request might never do it.
        """
        return sha256(self.key.encode()).digest()[0] % 64 == 0

    def same_request(self, digest: bytes) -> None:
        """Raise Problem 422 if the key was used for a different request."""
        if digest != self.digest:
            raise Problem(
                422,
                "This Idempotency-Key was used for another request; use a new key.",
                field="Idempotency-Key",
            )


def digest(method: str, path: str, body: bytes) -> bytes:
    """Return the SHA-256 of everything that identifies a request."""
    return sha256(b"\0".join((method.encode(), path.encode(), body))).digest()


def once(request: Request, body: bytes) -> IdempotencyKey | None:
    """Return the key of a request, None without one; Problem 422 unless 1 to 200 visible ASCII characters."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if KEY.fullmatch(key) is None:
        raise Problem(
            422, "An Idempotency-Key must be 1 to 200 visible ASCII characters.", field="Idempotency-Key"
        )
    return IdempotencyKey(key, digest(request.method, request.url.path, body))
