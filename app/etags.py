"""
ETags: `"version-checksum"` of an entity's answer.

A change (If-Match) is judged by the version alone, a copy (If-None-Match) by the whole: what an answer says
of other rows may change without the entity's version. nginx marks an ETag as weak (`W/`) where it compresses.
"""

import re
from zlib import crc32

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from app.problems import Problem

VERSION = re.compile(r'(?:W/)?"(?P<version>[1-9][0-9]{0,8})(?:-[0-9a-f]{8})?"')


class Versioned(msgspec.Struct):
    """What an ETag needs of a body; a thing without a version has none."""

    version: int | None = None


VERSIONED = msgspec.json.Decoder(Versioned)


def tagged(request: Request, response: Response) -> Response:
    """Return an entity's answer with its ETag, or 304 for whoever has it already."""
    body = bytes(response.body)
    version = VERSIONED.decode(body).version
    if version is None:
        return response
    current = etag(version, body)
    if has_copy(request, current):
        return Response(status_code=304, headers={"etag": current.decode(), "cache-control": "no-store"})
    response.raw_headers.append((b"etag", current))
    return response


def etag(version: int, body: bytes) -> bytes:
    """Return the ETag of an answer."""
    return b'"%d-%08x"' % (version, crc32(body))


def has_copy(request: Request, current: bytes) -> bool:
    """Return whether the client already has the answer of this ETag."""
    given = request.headers.get("if-none-match")
    if given is None:
        return False
    return any(each.strip().removeprefix("W/") == current.decode() for each in given.split(","))


def if_match(request: Request) -> int | None:
    """Return the version that a change is based on, None when the client does not say; Problem 422 else."""
    given = request.headers.get("if-match")
    if given is None:
        return None
    found = VERSION.fullmatch(given.strip())
    if found is None:
        raise Problem(422, "If-Match must be one ETag that this API gave out.", field="If-Match")
    return int(found["version"])
