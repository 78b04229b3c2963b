"""`bantam-statements`: every statement of this release, one JSON line each, for EXPLAIN."""

import re
import sys
from collections.abc import Iterator

import msgspec

from app.agency.lists import LISTS, NEVER_BY_IDS
from app.agency.project_pages import PROJECT_TASK_PAGES
from app.agency.reports.report import REPORTS
from app.agency.search_sql import SEARCH_ALL, SEARCHES
from app.database.queries import queries
from app.reading.sql_fragments import Statement

PARAMETER = re.compile(r"\$\d+ ([^,)]+)")
MOST_FILTERS = 2
"""More filters of a list only add conditions to the same scans."""


class Described(msgspec.Struct, frozen=True):
    """A statement, the meaning of its parameters, and their types where the SQL does not show them."""

    name: str
    sql: str
    parameters: tuple[str, ...]
    types: tuple[str, ...] = ()


def statements(most_filters: int = MOST_FILTERS) -> Iterator[Described]:
    """Yield the named queries, and the statements of lists (with so many filters), searches and reports."""
    for name, description in queries.descriptions.items():
        yield Described(name, getattr(queries, name).decode(), tuple(PARAMETER.findall(description)))
    for listing in LISTS:
        for statement in listing.statements(most_filters):
            yield _page(statement)
        if listing not in NEVER_BY_IDS:
            yield _by_id(listing.sql.batch, "ids")
        if listing.sql.has_entity:
            yield _by_id(listing.sql.entity, "row id")
    yield from map(_page, PROJECT_TASK_PAGES.statements())
    for kind, sql in SEARCHES.items():
        yield Described(f"search_{kind}", sql.decode(), ("token hash", "words", "score", "id", "limit"))
    yield Described("search_all", SEARCH_ALL.decode(), ("token hash", "words"))
    for report in REPORTS:
        yield from map(_page, report.sql.statements())


def _page(statement: Statement) -> Described:
    chosen = statement.name.split("/")[1]
    values = [name for name in chosen.split("+") if name != "all" and "=" not in name]
    parameters = ["token hash", "limit", *values]
    parameters += [f"position {kind}" for kind in statement.types[len(parameters) :]]
    return Described(statement.name, statement.sql.decode(), tuple(parameters), statement.types)


def _by_id(statement: Statement, what: str) -> Described:
    return Described(statement.name, statement.sql.decode(), ("token hash", what), statement.types)


def main() -> None:
    """Print all statements."""
    encoder = msgspec.json.Encoder()
    for statement in statements():
        sys.stdout.buffer.write(encoder.encode(statement) + b"\n")
