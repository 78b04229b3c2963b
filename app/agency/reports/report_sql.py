"""
Reports in SQL: `queries/reports/NAME.sql` holds a report's fragments, of which a statement is put together.

What a client sends only ever picks fragments by name; its values are parameters.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import NamedTuple

from app.reading.sql_fragments import all_of, one

FOLDER = Path(__file__).parents[1] / "queries" / "reports"
TITLE = re.compile(r"-- (?P<name>[a-z_]+): (?P<description>\S.*)\n")
SECTION = re.compile(
    r"^-- ((?:view|own|columns|sums|months|month|line|total|filter [a-z_]+|sort [a-z_]+)\b.*)$", re.MULTILINE
)
TYPE = re.compile(r"\$value::(\w+)")


def _frame(name: str) -> str:
    lines = (FOLDER / f"{name}.sql").read_text("utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("--"))


PAGE = _frame("page")
ROWS = _frame("rows")


class Choice(NamedTuple):
    """Which statement of a report: `filters` by name (`client`, `billable=true`) in the order of the file."""

    filters: tuple[str, ...]
    sort: str
    descending: bool
    backward: bool
    continued: bool


class Statement(NamedTuple):
    """A statement by the name that the catalogue of indexes knows, and the types of its parameters."""

    name: str
    sql: bytes
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """A column that a report is sorted by, and its type."""

    column: str
    type: str


class ReportSql:
    """The fragments of one file, and the statements that they make."""

    def __init__(self, name: str) -> None:
        text = (FOLDER / f"{name}.sql").read_text("utf-8")
        title = TITLE.match(text)
        if title is None or title["name"] != name:
            raise ValueError(f"reports/{name}.sql must begin with '-- {name}: what it reports'")
        self.name = name
        self.description = title["description"]
        self.filters: dict[str, str] = {}
        self.sorts: dict[str, tuple[Key, ...]] = {}
        self.parts: dict[str, str] = {}
        self._narrow: set[str] = set()
        self._by_month: set[str] = set()
        for section, body in _sections(text[title.end() :]):
            match section.split():
                case ["filter", field, "is", value]:
                    self.filters[f"{field}={value}"] = body
                case ["filter", field, *narrow]:
                    self.filters[field] = body
                    self._narrow |= {field} if narrow else set()
                case ["months", *names]:
                    self.parts["months"] = body
                    self._by_month = set(names)
                case ["sort", field]:
                    self.sorts[field] = tuple(Key(*key.strip().rsplit("::", 1)) for key in body.split(","))
                case _:
                    self.parts[section] = body

    @property
    def view(self) -> str:
        """The materialized view that it is read from."""
        return self.parts["view"]

    def statement(self, choice: Choice) -> Statement:
        """Return the statement of a choice: token hash, limit, filters, position; first pages have totals."""
        keys = self.sorts[choice.sort]
        down = choice.descending != choice.backward
        types = ["bytea", "bigint"]
        conditions = []
        for name in choice.filters:
            predicate = self.filters[name]
            found = TYPE.search(predicate)
            if found:
                types.append(found[1])
            conditions.append(predicate.replace("$value", f"${len(types)}"))
        filtered = all_of(conditions)
        if choice.continued:
            conditions.append(self._beyond(keys, len(types) + 1, down=down))
            types += [key.type for key in keys]
        parts = {"view": self.view, "own": one(self.parts["own"]), "columns": self.parts["columns"]}
        sql = PAGE.format(
            **parts,
            page_conditions=all_of(conditions),
            line=self.parts["line"],
            near_keys=", ".join(f"{key.column}::text" for key in keys),
            near_order=_order(keys, down=down),
            order=_order(keys, down=down),
            display=" DESC" if choice.backward else "",
            totals="NULL::json" if choice.continued else self._totals(choice.filters, filtered),
        )
        return Statement(self._name(choice), sql.strip().encode(), tuple(types))

    def _totals(self, filters: tuple[str, ...], conditions: str) -> str:
        """Return the totals under the filters; none where every line would have to be read for them."""
        months = self.parts.get("months")
        by_month = months is not None and not self._narrow.intersection(filters)
        if by_month and not self._by_month.issuperset(filters):
            return "NULL::json"
        rows = ROWS.format(
            lines="r.lines" if by_month else "1",
            sums=self.parts["sums"],
            totals_view=months if by_month else self.view,
            view=self.view,
            own=one(self.parts["own"]),
            conditions=conditions,
        )
        return f"(SELECT {self.parts['total']})".replace("{rows}", rows)

    @staticmethod
    def _beyond(keys: tuple[Key, ...], first: int, *, down: bool) -> str:
        columns = ", ".join(key.column for key in keys)
        values = ", ".join(f"${first + at}::{key.type}" for at, key in enumerate(keys))
        return f"({columns}) {'<' if down else '>'} ({values})"

    def export(self) -> bytes:
        """Return the statement of every line of the month `%(month)s`, as text of JSON."""
        order = _order(next(iter(self.sorts.values())), down=False)
        month = self.parts["month"].replace("$value", "%(month)s")
        return (
            f"SELECT (SELECT row_to_json(line)::text FROM ({self.parts['line']}) AS line)"  # noqa: S608
            f" FROM {self.view} AS r WHERE {month} ORDER BY {order}"
        ).encode()

    def _name(self, choice: Choice) -> str:
        sort = ("-" if choice.descending else "") + choice.sort
        words = ["+".join(choice.filters) or "all", sort, "before" if choice.backward else "after"]
        return "/".join((self.view, *words, *(("continued",) if choice.continued else ())))

    def statements(self) -> Iterator[Statement]:
        """Yield the statements with one filter at most, in every order, first pages and later."""
        for name, sort, (descending, backward, continued) in product(
            (None, *self.filters), self.sorts, product((False, True), repeat=3)
        ):
            yield self.statement(Choice((name,) if name else (), sort, descending, backward, continued))


def _sections(text: str) -> Iterator[tuple[str, str]]:
    parts = SECTION.split(text)
    for at in range(1, len(parts), 2):
        yield parts[at], parts[at + 1].strip()


def _order(keys: tuple[Key, ...], *, down: bool) -> str:
    return ", ".join(f"{key.column}{' DESC' if down else ''}" for key in keys)
