"""Opaque cursors: a position in one list, signed so that nobody else can make or change one."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from hashlib import sha256
from typing import Literal, NamedTuple

Direction = Literal["forward", "backward"]

SIGNATURE_BYTES = 16
LONGEST = 200
LETTERS: dict[Direction, str] = {"forward": "f", "backward": "b"}
DIRECTIONS: dict[str, Direction] = {"f": "forward", "b": "backward"}


class Position(NamedTuple):
    """Between two rows of a list ordered by (day, id): which way to read from there."""

    direction: Direction
    day: str
    id: int

    def __str__(self) -> str:
        return f"{LETTERS[self.direction]}.{self.day}.{self.id}"


# Days before and after every day that a row can have, so that a list's two ends are positions too.
START = Position("forward", "-infinity", 0)
END = Position("backward", "infinity", 0)


def sign(key: bytes, scope: str, position: Position) -> str:
    """Return the cursor of a position; it is good for the list `scope` only."""
    text = str(position).encode()
    return urlsafe_b64encode(_signature(key, scope, text) + text).decode().rstrip("=")


def verify(key: bytes, scope: str, cursor: str) -> Position | None:
    """Return the position of a cursor that `sign` made for `scope`, or None for anything else."""
    if len(cursor) > LONGEST or not cursor.isascii():
        return None
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (Base64Error, ValueError):
        return None
    signature, text = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(key, scope, text)):
        return None
    direction, day, number = text.decode().rsplit(".", 2)
    return Position(DIRECTIONS[direction], day, int(number))


def _signature(key: bytes, scope: str, text: bytes) -> bytes:
    return hmac.digest(key, scope.encode() + b"\0" + text, sha256)[:SIGNATURE_BYTES]
