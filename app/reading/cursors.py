"""Opaque cursors: a position in one list, signed so that clients cannot forge or change it."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from hashlib import sha256
from typing import Literal

import msgspec

from app.settings import CursorKeys

Direction = Literal["forward", "backward"]

SIGNATURE_BYTES = 16
LONGEST = 2000
"""Characters; a position may contain a name of 200 characters of 4 bytes each."""


class Position(msgspec.Struct, frozen=True, array_like=True):
    """
    A place between two rows of a list: the direction to read in, and the sort keys of the row there.

    Keys are in PostgreSQL's text format; the last one is unique. `inclusive`: reading begins with that row.
    """

    direction: Direction
    keys: tuple[str, ...]
    inclusive: bool = False

    def __str__(self) -> str:
        return msgspec.json.encode(self).decode()

    def turned(self) -> "Position":
        """Return the same place in the other direction; it includes the row if this one excludes it."""
        other: Direction = "backward" if self.direction == "forward" else "forward"
        return Position(other, self.keys, not self.inclusive)


def sign(keys: CursorKeys, scope: str, position: Position) -> str:
    """Return the cursor of a position; it is valid for the list `scope` only."""
    text = msgspec.json.encode(position)
    return urlsafe_b64encode(_signature(keys[0], scope, text) + text).decode().rstrip("=")


def verify(keys: CursorKeys, scope: str, cursor: str) -> Position | None:
    """Return the position of a cursor that `sign` created for `scope`, or None for any other text."""
    if len(cursor) > LONGEST or not cursor.isascii():
        return None
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (Base64Error, ValueError):
        return None
    # Several texts decode to the same bytes; only the canonical one is accepted.
    if urlsafe_b64encode(raw).decode().rstrip("=") != cursor:
        return None
    signature, text = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
    if not any(hmac.compare_digest(signature, _signature(key, scope, text)) for key in keys):
        return None
    return msgspec.json.decode(text, type=Position)


def signer(keys: CursorKeys) -> str:
    """Return which key signs now, without saying anything of it: pages with other cursors are other pages."""
    return hmac.digest(keys[0], b"signer", sha256)[:4].hex()


def _signature(key: bytes, scope: str, text: bytes) -> bytes:
    return hmac.digest(key, scope.encode() + b"\0" + text, sha256)[:SIGNATURE_BYTES]
