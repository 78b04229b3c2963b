"""Who calls: a bearer token, and the key that its user holds."""

import re
from hashlib import sha256
from typing import NamedTuple

from starlette.requests import Request

from app.http.problems import unauthorized

OWN = "bantam.token"
"""Where a request that the app makes to itself has its token: no client can write there."""

BEARER = re.compile(rb"(?i:bearer) +(bt_[0-9a-f]{64})")


class Token(NamedTuple):
    """A token that was presented: its SHA-256 for the database, the same in hex for the cache."""

    digest: bytes
    name: str


class Caller(NamedTuple):
    """A user whose token is good; `key` opens what lists it (the view callers)."""

    user: int
    key: str

    @classmethod
    def decode(cls, record: str) -> "Caller":
        """Return the caller of the record `<user> <key>`."""
        user, key = record.split(" ")
        return cls(int(user), key)

    def opens(self, audience: str) -> bool:
        """Return whether this caller is among those who may see something."""
        return self.key in audience.split(" ")


def bearer(request: Request) -> Token:
    """Return the request's token; Problem 401 without a well-formed one."""
    own: Token | None = request.scope.get(OWN)
    if own is not None:
        return own
    for name, value in request.scope["headers"]:
        if name == b"authorization":
            presented = BEARER.fullmatch(value)
            if presented is None:
                break
            digest = sha256(presented[1]).digest()
            return Token(digest, digest.hex())
    raise unauthorized()
