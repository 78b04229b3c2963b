"""Validation of path ids, query strings and bodies; errors name the invalid field."""

import re
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request

from app.http.problems import Problem, not_found
from app.http.validation_messages import in_words

JSON = "application/json"
LARGEST_ID = 2**63 - 1
FIELD = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")
MISSING = re.compile(r"Object missing required field `(?P<name>.*)`$")
UNKNOWN = re.compile(r"Object contains unknown field `(?P<name>.*)`", re.DOTALL)

Shape = TypeVar("Shape", bound=msgspec.Struct)


def path_id(request: Request, name: str = "id") -> int:
    """Return an id in the path; Problem 404 if it is not the decimal form of one."""
    text: str = request.path_params[name]
    if not (text.isascii() and text.isdigit() and text[0] != "0" and len(text) <= 19):
        raise not_found()
    number = int(text)
    if number > LARGEST_ID:
        raise not_found()
    return number


def query(request: Request, shape: type[Shape]) -> Shape:
    """Return the query string as `shape`; Problem 422 for an unknown, repeated or wrong parameter."""
    parsed: Shape = _parsed(request.scope["query_string"], shape)
    return parsed


# Most query strings repeat, and the parsed shape is immutable.
@lru_cache(maxsize=500)
def _parsed(raw: bytes, shape: type[Any]) -> Any:
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict")
    except ValueError:
        if raw:
            raise Problem(422, "The query string is malformed.") from None
        pairs = []
    values = dict(pairs)
    if len(values) < len(pairs):
        repeated = next(name for name in values if sum(name == other for other, _ in pairs) > 1)
        raise Problem(422, f"The parameter {repeated} is given more than once.", field=repeated)
    try:
        found = msgspec.convert(values, shape, strict=False)
    except msgspec.ValidationError as error:
        raise _validation_problem(error, shape) from None
    for name, text in values.items():
        # msgspec accepts 1e3 and 1_0 as numbers, and more than true and false as booleans.
        value = getattr(found, name)
        if isinstance(value, int) and str(value).lower() != text:
            raise Problem(422, f"Expected `{type(value).__name__}`.", field=name)
    return found


async def received(request: Request, limit_bytes: int) -> bytes:
    """Return the raw body; Problem 413 over the limit, 415 if its Content-Type is not JSON."""
    too_large = Problem(413, f"The body is larger than {limit_bytes} bytes.")
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > limit_bytes:
        raise too_large
    whole = bytearray()
    async for chunk in request.stream():
        whole += chunk
        if len(whole) > limit_bytes:
            raise too_large
    media_type = request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
    if whole and media_type != JSON:
        raise Problem(415, f"The body must be {JSON}.", field="Content-Type")
    return bytes(whole)


def body(whole: bytes, shape: type[Shape]) -> Shape:
    """Return the JSON body as `shape`, an empty one as `{}`; Problem 422 if it is invalid."""
    try:
        return msgspec.json.decode(whole or b"{}", type=shape)
    except msgspec.ValidationError as error:
        raise _validation_problem(error, shape) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Problem(422, "Expected one JSON object in UTF-8, without lone surrogates.") from None


def _validation_problem(error: msgspec.ValidationError, shape: type[msgspec.Struct]) -> Problem:
    reason = str(error)
    unknown = UNKNOWN.match(reason)
    if unknown is not None:
        return Problem(422, f"There is no field {unknown['name']}.", field=unknown["name"])
    missing = MISSING.match(reason)
    if missing is not None:
        return Problem(422, f"The field {missing['name']} is required.", field=missing["name"])
    path = []
    while place := FIELD.search(reason):
        path.append(place["path"])
        reason = reason[: place.start()]
    field = ".".join(filter(None, path))
    return Problem(422, f"{in_words(reason, shape, field)}.", field=field or None)
