"""
ETags: `"version-checksum"` of an entity's response, `"version-checksum-gzip"` of the same compressed.

If-Match compares only the version, If-None-Match the whole value: a response also shows other rows, which
change without the entity's version. All are strong, so that each works in If-Match. nginx would weaken the
ETag of a response that it compresses, so responses with an ETag are compressed here.
"""

import gzip
import re
from zlib import crc32

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from app.http.problems import Problem

# Compressing less than a packet saves nothing; the edge has the same limit (gzip_min_length).
COMPRESSED_FROM_BYTES = 1400
ACCEPTS_GZIP = re.compile(r"(?:^|,)\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[0-9.]+\s*)?(?:,|$)")
VERSION = re.compile(r"(?P<version>[1-9][0-9]{0,8})(?:-[0-9a-f]{8}(?:-gzip)?)?")
OPAQUE = r"[\x21\x23-\x7e\x80-\xff]*"
ONE = re.compile(rf'(?P<weak>W/)?"(?P<opaque>{OPAQUE})"')
LIST = re.compile(rf'[\s,]*(?:W/)?"{OPAQUE}"(?:\s*,[\s,]*(?:W/)?"{OPAQUE}")*[\s,]*')


class Versioned(msgspec.Struct):
    """The field of a body that its ETag needs; without a version there is no ETag."""

    version: int | None = None


VERSIONED = msgspec.json.Decoder(Versioned)


def tagged(request: Request, response: Response) -> Response:
    """Return an entity's response with its ETag, or 304 if the client already has it."""
    version = VERSIONED.decode(response.body).version
    if version is None:
        return response
    current = tag(request, response, version)
    if not has_copy(request, current):
        return response
    return Response(status_code=304, headers={"etag": current, "cache-control": "no-store"})


def tag(request: Request, response: Response, version: int) -> str:
    """Set the ETag of a response and return it; compress the body if that saves bytes."""
    body = bytes(response.body)
    current = f'"{version}-{crc32(body):08x}"'
    # For an uncompressed response, the edge sends Vary (gzip_vary).
    if len(body) >= COMPRESSED_FROM_BYTES and ACCEPTS_GZIP.search(request.headers.get("accept-encoding", "")):
        current = f'{current[:-1]}-gzip"'
        response.body = gzip.compress(body, 1, mtime=0)
        response.headers["vary"] = "Accept-Encoding"
        response.headers["content-encoding"] = "gzip"
        response.headers["content-length"] = str(len(response.body))
    response.raw_headers.append((b"etag", current.encode()))
    return current


def has_copy(request: Request, current: str) -> bool:
    """Return whether the client already has the response with this ETag."""
    given = ", ".join(request.headers.getlist("if-none-match"))
    if not given:
        return False
    return given.strip() == "*" or current in {f'"{each["opaque"]}"' for each in ONE.finditer(given)}


def if_match(request: Request) -> frozenset[int] | None:
    """
    Return the versions that a change may be based on, None for any; Problem 422 if it is not a list of ETags.

    Weak ETags, and those that this API did not create, match no version.
    """
    given = ", ".join(request.headers.getlist("if-match")).strip()
    if given == "*" or "if-match" not in request.headers:
        return None
    if LIST.fullmatch(given) is None:
        raise Problem(422, "If-Match must be * or a list of ETags.", field="If-Match")
    strong = (VERSION.fullmatch(each["opaque"]) for each in ONE.finditer(given) if not each["weak"])
    return frozenset(int(found["version"]) for found in strong if found is not None)
