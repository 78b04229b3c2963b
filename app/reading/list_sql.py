"""
Lists in SQL: a file holds a list's fragments, of which a statement is put together in the frames beside it.

What a client sends only ever picks fragments by name. So there is a finite set of statements, each with the
predicates that were asked for and no others: `x = $1 OR $1 IS NULL` would keep the planner from every index.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

from app.database.queries import stripped
from app.reading.sql_fragments import all_of, one

SECTION = re.compile(
    r"^-- ((?:from|id|project|where|listed|live|visible|item|entity|filter [a-z_]+|sort [a-z_]+)\b.*)$",
    re.MULTILINE,
)
SEES = re.compile(r"\$sees\((?P<project>[a-z.]+_?id)\)")
TITLE = re.compile(r"-- (?P<name>[a-z_]+): (?P<description>\S.*)\n")
FRAMES = ("page", "rows", "rows_of_all_projects", "count_of_all_projects", "batch", "entity")


class Key(NamedTuple):
    """A column that a list is sorted by, and its type."""

    expression: str
    type: str


@dataclass(frozen=True, slots=True)
class Sort:
    """An order that an index has; `needs` are the filters (`open=true`) of which it must be given one."""

    keys: tuple[Key, ...]
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """
    A predicate.

    `opens`: it says itself who may see the rows that it leaves. `pins`: it leaves few rows, so that each can
    be asked whether the caller may see it.
    """

    predicate: str
    opens: bool
    pins: bool

    @property
    def has_value(self) -> bool:
        """Return whether it takes a parameter."""
        return "$value" in self.predicate


class Choice(NamedTuple):
    """Which of a list's statements: `filters` by name (`project`, `open=true`) in the order of the file."""

    filters: tuple[str, ...]
    sort: str
    descending: bool
    backward: bool
    continued: bool
    total: bool


class Statement(NamedTuple):
    """A statement by the name that the catalogue of indexes knows, and the types of its parameters."""

    name: str
    sql: bytes
    types: tuple[str, ...]


class ListSql:
    """The fragments of one file, and the statements that they make."""

    def __init__(self, file: Path) -> None:
        name, text = file.stem, file.read_text("utf-8")
        title = TITLE.match(text)
        if title is None or title["name"] != name:
            raise ValueError(f"lists/{name}.sql must begin with '-- {name}: what it lists'")
        self.name = name
        self.description = title["description"]
        self.filters: dict[str, Filter] = {}
        self.sorts: dict[str, Sort] = {}
        self._parts: dict[str, str] = {}
        self._frames = _frames(file.parent)
        sees = self._frames["sees"]
        fragments = SEES.sub(lambda found: sees.format(**found.groupdict()), text[title.end() :])
        for section, body in _sections(fragments):
            self._add(section.split(), body)

    def _add(self, words: list[str], body: str) -> None:
        match words:
            case ["filter", name, "is", value, *rest]:
                self.filters[f"{name}={value}"] = Filter(body, opens="opens" in rest, pins="pins" in rest)
            case ["filter", name, *rest]:
                self.filters[name] = Filter(body, opens="opens" in rest, pins="pins" in rest)
            case ["sort", name, *rest]:
                keys = tuple(Key(*key.strip().rsplit("::", 1)) for key in body.split(", "))
                self.sorts[name] = Sort(keys, tuple(rest[1:]))
            case [name]:
                self._parts[name] = body
            case _:
                raise ValueError(f"lists/{self.name}.sql: there is no section {' '.join(words)!r}")

    @cached_property
    def batch(self) -> Statement:
        """The statement of rows by their ids: parameters are token hash, ids."""
        sql = self._by_id("batch", self._parts["item"])
        return Statement(f"batch_{self.name}", sql, ("bytea", "bigint[]"))

    @property
    def has_entity(self) -> bool:
        """Return whether the file says what belongs to a row."""
        return "entity" in self._parts

    @cached_property
    def entity(self) -> Statement:
        """The statement of one row with what belongs to it: parameters are token hash, id."""
        sql = self._by_id("entity", self._parts["entity"])
        return Statement(f"{self.name}_entity", sql, ("bytea", "bigint"))

    def _by_id(self, frame: str, item: str) -> bytes:
        visible = (self._parts[name] for name in ("where", "visible") if name in self._parts)
        sql = self._frames[frame].format(
            item=item,
            source=self._parts["from"],
            id=self._parts["id"],
            visible=all_of(visible),
        )
        return stripped(sql)

    @cache  # noqa: B019  (a list lives as long as the process)
    def statement(self, choice: Choice) -> Statement:
        """Return the statement of a choice: token hash, limit, filters, position."""
        sort = self.sorts[choice.sort]
        down = choice.descending != choice.backward
        types = ["bytea", "bigint"]
        conditions = [self._parts[name] for name in ("where", "listed") if name in self._parts]
        for name in choice.filters:
            chosen = self.filters[name]
            if chosen.has_value:
                found = re.search(r"\$value::(\w+(?:\[\])?)", chosen.predicate)
                types.append(found[1] if found else "text")
            conditions.append(chosen.predicate.replace("$value", f"${len(types)}"))
        counted = tuple(conditions)
        if choice.continued:
            first = len(types) + 1
            types += [key.type for key in sort.keys]
            columns = ", ".join(key.expression for key in sort.keys)
            values = ", ".join(f"${first + at}::{key.type}" for at, key in enumerate(sort.keys))
            conditions.append(f"({columns}) {'<' if down else '>'} ({values})")
        position = ", ".join(f"here.k{at}::text" for at in range(len(sort.keys)))
        sql = self._frames["page"].format(
            total=f"({self._count(choice, counted)})" if choice.total else "NULL::bigint",
            display=" DESC" if choice.backward else "",
            position=f"json_build_array({position})::text",
            near_keys=_keys("near", sort),
            near_order=_order("near", sort, down=down),
            near=self._near(choice, sort, tuple(conditions), down=down),
            item=self._parts["item"],
        )
        return Statement(self._name(choice), stripped(sql), tuple(types))

    def _name(self, choice: Choice) -> str:
        words = [
            "+".join(choice.filters) or "all",
            ("-" if choice.descending else "") + choice.sort,
            "before" if choice.backward else "after",
        ]
        extra = [word for word, is_so in (("continued", choice.continued), ("total", choice.total)) if is_so]
        return "/".join((f"{self.name}_list", *words, *extra))

    def _sees_rows(self, choice: Choice) -> str | None:
        """Return the predicate by which each row is judged; None where a filter already opens them all."""
        if any(self.filters[name].opens for name in choice.filters):
            return None
        return self._parts.get("visible")

    def _by_projects(self, choice: Choice) -> bool:
        narrow = any(self.filters[name].opens or self.filters[name].pins for name in choice.filters)
        return "project" in self._parts and not narrow

    def _near(self, choice: Choice, sort: Sort, conditions: tuple[str, ...], *, down: bool) -> str:
        if not self._by_projects(choice):
            visible = self._sees_rows(choice)
            return self._rows(sort, (*conditions, visible) if visible else conditions, down=down)
        # An admin sees every row but those of deleted projects, which `live` leaves out.
        admins = ("caller.role = 'admin'", *conditions, self._parts["live"])
        of_project = f"{self._parts['project']} = seen.project_id"
        return self._frames["rows_of_all_projects"].format(
            admin_rows=self._rows(sort, admins, down=down),
            project_rows=self._rows(sort, (of_project, *conditions), down=down),
            each_keys=_keys("each", sort),
            each_order=_order("each", sort, down=down),
        )

    def _rows(self, sort: Sort, conditions: tuple[str, ...], *, down: bool) -> str:
        way = " DESC" if down else ""
        return self._frames["rows"].format(
            id=self._parts["id"],
            keys=", ".join(f"{key.expression} AS k{at}" for at, key in enumerate(sort.keys)),
            source=self._parts["from"],
            conditions=all_of(conditions),
            order=", ".join(f"{key.expression}{way}" for key in sort.keys),
            ahead_keys=_keys("ahead", sort),
            ahead_order=_order("ahead", sort, down=down),
        )

    def _count(self, choice: Choice, conditions: tuple[str, ...]) -> str:
        """Return the SELECT of how many rows there are, which costs a look at each of them."""
        visible = self._sees_rows(choice)
        source = f"SELECT count(*) FROM {self._parts['from']}"  # noqa: S608  (fragments of our own files)
        if not self._by_projects(choice):
            seen = (*conditions, visible) if visible else conditions
            return f"{source} WHERE {all_of(seen)}"
        return self._frames["count_of_all_projects"].format(
            source=self._parts["from"],
            project=self._parts["project"],
            live=one(self._parts["live"]),
            conditions=all_of(conditions),
        )


@cache
def _frames(folder: Path) -> dict[str, str]:
    """Return what the fragments beside them are put into, and whether a caller sees a project."""
    sees = re.sub(r"^--.*\n", "", (folder / "sees.sql").read_text("utf-8"), flags=re.MULTILINE)
    return {"sees": sees.strip(), **{name: (folder / f"{name}.sql").read_text("utf-8") for name in FRAMES}}


def _sections(text: str) -> Iterator[tuple[str, str]]:
    parts = SECTION.split(text)
    for at in range(1, len(parts), 2):
        yield parts[at], parts[at + 1].strip()


def _keys(alias: str, sort: Sort) -> str:
    return ", ".join(f"{alias}.k{at}" for at in range(len(sort.keys)))


def _order(alias: str, sort: Sort, *, down: bool) -> str:
    return ", ".join(f"{alias}.k{at}{' DESC' if down else ''}" for at in range(len(sort.keys)))
