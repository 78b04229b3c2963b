"""
ETags: `"version-checksum"` of an entity's answer, `"version-checksum-gzip"` of the same compressed.

A change (If-Match) is judged by the version alone, a copy (If-None-Match) by the whole: what an answer says
of other rows may change without the entity's version. All are strong, so that each is good for If-Match:
nginx would weaken the ETag of what it compresses, so what has an ETag is compressed here.
"""

import gzip
import re
from zlib import crc32

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from app.http.problems import Problem

# Below a packet compression only costs: the edge's own limit (gzip_min_length).
COMPRESSED_FROM_BYTES = 1400
ACCEPTS_GZIP = re.compile(r"(?:^|,)\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[0-9.]+\s*)?(?:,|$)")
VERSION = re.compile(r"(?P<version>[1-9][0-9]{0,8})(?:-[0-9a-f]{8}(?:-gzip)?)?")
OPAQUE = r"[\x21\x23-\x7e\x80-\xff]*"
ONE = re.compile(rf'(?P<weak>W/)?"(?P<opaque>{OPAQUE})"')
LIST = re.compile(rf'[\s,]*(?:W/)?"{OPAQUE}"(?:\s*,[\s,]*(?:W/)?"{OPAQUE}")*[\s,]*')


class Versioned(msgspec.Struct):
    """What an ETag needs of a body; a thing without a version has none."""

    version: int | None = None


VERSIONED = msgspec.json.Decoder(Versioned)


def tagged(request: Request, response: Response) -> Response:
    """Return an entity's answer with its ETag, or 304 for whoever has it already."""
    version = VERSIONED.decode(response.body).version
    if version is None:
        return response
    current = tag(request, response, version)
    if not has_copy(request, current):
        return response
    return Response(status_code=304, headers={"etag": current, "cache-control": "no-store"})


def tag(request: Request, response: Response, version: int) -> str:
    """Return the ETag that an answer has from now on; its body is compressed where that pays."""
    body = bytes(response.body)
    current = f'"{version}-{crc32(body):08x}"'
    # Of what is not compressed here the edge says by what it varies (gzip_vary).
    if len(body) >= COMPRESSED_FROM_BYTES and ACCEPTS_GZIP.search(request.headers.get("accept-encoding", "")):
        current = f'{current[:-1]}-gzip"'
        response.body = gzip.compress(body, 1, mtime=0)
        response.headers["vary"] = "Accept-Encoding"
        response.headers["content-encoding"] = "gzip"
        response.headers["content-length"] = str(len(response.body))
    response.raw_headers.append((b"etag", current.encode()))
    return current


def has_copy(request: Request, current: str) -> bool:
    """Return whether the client already has the answer of this ETag."""
    given = ", ".join(request.headers.getlist("if-none-match"))
    if not given:
        return False
    return given.strip() == "*" or current in {f'"{each["opaque"]}"' for each in ONE.finditer(given)}


def if_match(request: Request) -> frozenset[int] | None:
    """
    Return the versions that a change may be based on, None for any; Problem 422 for what is no list of ETags.

    A weak ETag and one that this API did not give out are those of no version.
    """
    given = ", ".join(request.headers.getlist("if-match")).strip()
    if given == "*" or "if-match" not in request.headers:
        return None
    if LIST.fullmatch(given) is None:
        raise Problem(422, "If-Match is * or a list of ETags.", field="If-Match")
    strong = (VERSION.fullmatch(each["opaque"]) for each in ONE.finditer(given) if not each["weak"])
    return frozenset(int(found["version"]) for found in strong if found is not None)
