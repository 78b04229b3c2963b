"""
The bytes of a cached value: a header that says whether the rest may be believed, then the payload.

2 bytes   format
4 bytes   CRC-32 of the value's key and of everything after these 4 bytes
17 bytes  for each tag: its token when the database was asked
rest      payload
"""

from collections.abc import Sequence
from os import urandom
from zlib import crc32

FORMAT = b"b1"
TOKEN_BYTES = 17
FRESH = b"="
MARK = b"!"


def fresh_token() -> bytes:
    """Return a token that no tag ever had: random, as a counter would repeat itself after an eviction."""
    return FRESH + urandom(TOKEN_BYTES - 1)


def mark_token() -> bytes:
    """Return the token of a tag whose rows somebody is about to change."""
    return MARK + urandom(TOKEN_BYTES - 1)


def stamp(tokens: Sequence[bytes | None]) -> bytes | None:
    """Return what a value made now is stamped with, or None while a tag has no token or a writer's mark."""
    for token in tokens:
        if token is None or len(token) != TOKEN_BYTES or token[:1] != FRESH:
            return None
    return b"".join(tokens)  # type: ignore[arg-type]


def encode(key: bytes, stamp: bytes, payload: bytes) -> bytes:
    """Return the value to keep under `key`."""
    checksum = crc32(payload, crc32(stamp, crc32(key)))
    return b"".join((FORMAT, checksum.to_bytes(4, "big"), stamp, payload))


def decode(key: bytes, stamp: bytes, value: bytes) -> bytes | None:
    """Return the payload kept under `key`, or None if it is damaged, of another format or another stamp."""
    start = 6 + len(stamp)
    if not value.startswith(FORMAT) or value[6:start] != stamp:
        return None
    if int.from_bytes(value[2:6], "big") != crc32(memoryview(value)[6:], crc32(key)):
        return None
    return value[start:]
