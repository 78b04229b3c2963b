"""Validation messages in words that API clients understand."""

from collections.abc import Iterator
from functools import cache

import msgspec
from msgspec import inspect

from app.http.patterns import IN_WORDS

DAY = "Expected a date like 2026-11-23"
NUMBER = "Expected a number like 12.50"
NEARER = "Expected a number closer to 0"
IN_OUR_WORDS = {
    "Invalid RFC3339 encoded date": DAY,
    "Invalid decimal string": NUMBER,
    "Number out of range": NEARER,
    "Integer value out of range": NEARER,
} | {f"Expected `str` matching regex {pattern!r}": f"Expected {words}" for pattern, words in IN_WORDS.items()}
BEGINNINGS = {"Expected `date": DAY, "Expected `decimal": NUMBER}


def in_words(reason: str, shape: type[msgspec.Struct], name: str) -> str:
    """Return msgspec's reason for rejecting a field in plain words, without a period."""
    if reason.startswith("Invalid enum value"):
        return f"Expected one of {', '.join(_choices(shape, name))}"
    for beginning, words in BEGINNINGS.items():
        if reason.startswith(beginning):
            return words
    return IN_OUR_WORDS.get(reason, reason)


@cache
def _choices(shape: type[msgspec.Struct], name: str) -> tuple[str, ...]:
    fields = (each for each in msgspec.structs.fields(shape) if each.encode_name == name)
    return tuple(word for field in fields for word in _words(inspect.type_info(field.type)))


def _words(kind: inspect.Type) -> Iterator[str]:
    if isinstance(kind, inspect.Metadata):
        yield from _words(kind.type)
    elif isinstance(kind, inspect.UnionType):
        for each in kind.types:
            yield from _words(each)
    elif isinstance(kind, inspect.LiteralType):
        yield from map(str, kind.values)
