"""Idempotency-Key: a request that is sent again gets the first answer, and has no second effect."""

import re
from dataclasses import dataclass
from hashlib import sha256

from starlette.requests import Request

from app.http.problems import Problem

HEADER = "idempotency-key"
KEY = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """The client's key, and the SHA-256 of the request that it stands for."""

    key: str
    digest: bytes

    @property
    def sweeps(self) -> bool:
        """
        Whether this is the one key in 64 whose request deletes those that are over: that reads the table.

        By the key and not by the request: a client that always sends the same would never do it.
        """
        return sha256(self.key.encode()).digest()[0] % 64 == 0

    def same_request(self, digest: bytes) -> None:
        """Return if the key was used for this very request; Problem 422 if it was for another one."""
        if digest != self.digest:
            raise Problem(
                422,
                "This Idempotency-Key was used for another request; take a new key.",
                field="Idempotency-Key",
            )


def digest(method: str, path: str, body: bytes) -> bytes:
    """Return the SHA-256 of what makes a request the same one."""
    return sha256(b"\0".join((method.encode(), path.encode(), body))).digest()


def once(request: Request, body: bytes) -> IdempotencyKey | None:
    """Return the key of a request, None without one; Problem 422 unless 1 to 200 visible ASCII characters."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if KEY.fullmatch(key) is None:
        raise Problem(
            422, "An Idempotency-Key is 1 to 200 visible ASCII characters.", field="Idempotency-Key"
        )
    return IdempotencyKey(key, digest(request.method, request.url.path, body))
