"""Authentication: the bearer token, and the caller it belongs to."""

import re
from hashlib import sha256
from typing import NamedTuple

from starlette.requests import Request

from app.http.problems import unauthorized

OWN = "bantam.token"
"""The scope key with the token of a request that the app makes to itself; no client can set it."""

BEARER = re.compile(rb"(?i:bearer) +(bt_[0-9a-f]{64})")
TOKEN = re.compile(r"bt_[0-9a-f]{64}")


class Token(NamedTuple):
    """A presented token: its SHA-256 for the database, the same in hex for the cache."""

    digest: bytes
    name: str


class Caller(NamedTuple):
    """A user with a valid token; `key` opens everything whose audience has it (the view callers)."""

    user: int
    key: str

    @classmethod
    def decode(cls, record: str) -> "Caller":
        """Parse the record `<user> <key>`."""
        user, key = record.split(" ")
        return cls(int(user), key)

    def opens(self, audience: str) -> bool:
        """Return whether this caller's key is in the audience."""
        return self.key in audience.split(" ")


def token_of(text: str) -> Token | None:
    """Return the token that was written out; None if it is none."""
    if TOKEN.fullmatch(text) is None:
        return None
    digest = sha256(text.encode()).digest()
    return Token(digest, digest.hex())


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
