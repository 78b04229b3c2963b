"""A report's lines as CSV (RFC 4180), safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable

import msgspec
from msgspec.structs import asdict, fields

from app.http.shapes import Reference

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""Characters with which a spreadsheet formula can begin (OWASP, CSV injection)."""


def header(line: type[msgspec.Struct]) -> bytes:
    """Return the header row: the field names; a reference takes two columns."""
    names = []
    for field in fields(line):
        names += [f"{field.name}_id", f"{field.name}_name"] if field.type is Reference else [field.name]
    return _rows([names])


def rows(lines: Iterable[msgspec.Struct]) -> bytes:
    """Return one CSV row per line."""
    return _rows([cell for value in asdict(line).values() for cell in _cells(value)] for line in lines)


def _cells(value: object) -> list[object]:
    if isinstance(value, Reference):
        return [value.id, _text(value.name)]
    return [_text(value) if isinstance(value, str) else value]


def _text(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULA) else value


def _rows(cells: Iterable[list[object]] | list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(cells)
    return text.getvalue().encode()
