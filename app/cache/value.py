"""
The bytes of a cached value: a header to check integrity and validity, then the payload.

2 bytes   format
4 bytes   CRC-32 of the value's key and of everything after these 4 bytes
1 byte    encoding of the payload: r raw, z compressed
4 bytes   when the database was queried, in seconds since 1970
17 bytes  for each tag: its token when the database was queried
rest      payload
"""

import zlib
from collections.abc import Sequence
from os import urandom
from typing import NamedTuple

FORMAT = b"b2"
TOKEN_BYTES = 17
FRESH = b"="
MARK = b"!"
RAW = b"r"
COMPRESSED = b"z"
HEADER_BYTES = 11
# JSON shrinks to a fifth at level 1; a higher one costs more time than Redis memory is worth.
COMPRESSION_LEVEL = 1


class Cached(NamedTuple):
    """A valid payload, and when it was queried from the database."""

    payload: bytes
    made_at: int


def fresh_token() -> bytes:
    """Return a token that no tag ever had: random, as a counter would repeat values after an eviction."""
    return FRESH + urandom(TOKEN_BYTES - 1)


def mark_token() -> bytes:
    """Return a token that marks a tag whose rows are about to change."""
    return MARK + urandom(TOKEN_BYTES - 1)


def stamp(tokens: Sequence[bytes | None]) -> bytes | None:
    """Return the stamp for a new value, None while a tag has a mark or no token."""
    for token in tokens:
        if token is None or len(token) != TOKEN_BYTES or token[:1] != FRESH:
            return None
    return b"".join(tokens)  # type: ignore[arg-type]


def encode(key: bytes, stamp: bytes, payload: bytes, *, made_at: int, compress: bool) -> bytes:
    """Return the bytes to store under `key`."""
    kept = zlib.compress(payload, COMPRESSION_LEVEL) if compress else payload
    how = COMPRESSED if compress else RAW
    rest = b"".join((how, made_at.to_bytes(4, "big"), stamp, kept))
    return b"".join((FORMAT, zlib.crc32(rest, zlib.crc32(key)).to_bytes(4, "big"), rest))


def is_intact(key: bytes, value: bytes) -> bool:
    """Return whether the value was stored under `key` in this format and is undamaged."""
    checksum = zlib.crc32(memoryview(value)[6:], zlib.crc32(key)).to_bytes(4, "big")
    return len(value) >= HEADER_BYTES and value.startswith(FORMAT) and value[2:6] == checksum


def validated(stamp: bytes, value: bytes) -> Cached | None:
    """Return the payload of an intact value, None if one of its tags was renewed since the query."""
    start = HEADER_BYTES + len(stamp)
    if value[HEADER_BYTES:start] != stamp:
        return None
    payload = value[start:]
    if value[6:7] == COMPRESSED:
        payload = zlib.decompress(payload)
    return Cached(payload, int.from_bytes(value[7:11], "big"))
