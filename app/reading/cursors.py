"""Opaque cursors: a position in one list, signed so that nobody else can make or change one."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from hashlib import sha256
from typing import Literal

import msgspec

Direction = Literal["forward", "backward"]

SIGNATURE_BYTES = 16
LONGEST = 2000
"""Letters: a position may hold a name of 200 characters, each of 4 bytes."""


class Position(msgspec.Struct, frozen=True, array_like=True):
    """
    Between two rows of a list: which way to read from there, and the sort keys of the row at that place.

    Keys are PostgreSQL's own text; the last one is unique. `inclusive`: reading begins with that row.
    """

    direction: Direction
    keys: tuple[str, ...]
    inclusive: bool = False

    def __str__(self) -> str:
        return msgspec.json.encode(self).decode()

    def turned(self) -> "Position":
        """Return where the other direction begins: with the row that led here, if reading began after it."""
        other: Direction = "backward" if self.direction == "forward" else "forward"
        return Position(other, self.keys, not self.inclusive)


def sign(key: bytes, scope: str, position: Position) -> str:
    """Return the cursor of a position; it is good for the list `scope` only."""
    text = msgspec.json.encode(position)
    return urlsafe_b64encode(_signature(key, scope, text) + text).decode().rstrip("=")


def verify(key: bytes, scope: str, cursor: str) -> Position | None:
    """Return the position of a cursor that `sign` made for `scope`, or None for anything else."""
    if len(cursor) > LONGEST or not cursor.isascii():
        return None
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (Base64Error, ValueError):
        return None
    # What decodes to the same bytes is not the same cursor.
    if urlsafe_b64encode(raw).decode().rstrip("=") != cursor:
        return None
    signature, text = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(key, scope, text)):
        return None
    return msgspec.json.decode(text, type=Position)


def _signature(key: bytes, scope: str, text: bytes) -> bytes:
    return hmac.digest(key, scope.encode() + b"\0" + text, sha256)[:SIGNATURE_BYTES]
