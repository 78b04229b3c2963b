"""The SQL of lists: each list's file has its fragments, which are inserted into the files of `frames/`."""

import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from app.database.queries import stripped
from app.database.sql import Sql
from app.reading.sql_fragments import (
    Choice,
    Key,
    Statement,
    all_of,
    beyond,
    filtered,
    one,
    ordered,
    sections,
    sort_keys,
    titled,
)

FOLDER = Path(__file__).parent / "frames"
FRAMES = {name: (FOLDER / f"{name}.sql").read_text("utf-8") for name in ("page", "rows", "batch", "entity")}
SECTIONS = (
    "from",
    "id",
    "container",
    "where",
    "listed",
    "live",
    "visible",
    "item",
    "entity",
    "filter",
    "sort",
)
SEES = re.compile(r"\$sees\(([a-z._]+)\)")


@dataclass(frozen=True, slots=True)
class Visibility:
    """
    The domain's rules for who sees which rows, as SQL; `caller` is the caller's row of `callers`.

    Rows belong to containers. `sees` is the predicate that the caller sees `{container}`, `audience` the keys
    of all who see it, NULL if the caller does not. `rows` and `count` are the frames of a list of everything
    that a caller sees; a caller for whom `everything` is true sees every row.
    """

    sees: str
    audience: str
    rows: str
    count: str
    everything: str


@dataclass(frozen=True, slots=True)
class Sort:
    """An order that an index supports; `needs` are filters (`open=true`), one of which is required."""

    keys: tuple[Key, ...]
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """
    A predicate.

    `opens`: it already checks whether the caller may see the rows. `pins`: it leaves few rows, so that
    access can be checked for each one.
    """

    predicate: str
    opens: bool
    pins: bool


class ListSql:
    """The fragments of one file, and the statements built from them."""

    def __init__(self, file: Path, visibility: Visibility) -> None:
        self.name = file.stem
        self.description, text = titled(file.read_text("utf-8"), self.name)
        self.filters: dict[str, Filter] = {}
        self.sorts: dict[str, Sort] = {}
        self._visibility = visibility
        self._parts: dict[str, str] = {}
        fragments = SEES.sub(lambda found: visibility.sees.format(container=found[1]), text)
        for title, body in sections(fragments, *SECTIONS):
            self._add(title.split(), body)

    def _add(self, words: list[str], body: str) -> None:
        match words:
            case ["filter", name, "is", value, *rest]:
                self.filters[f"{name}={value}"] = Filter(body, opens="opens" in rest, pins="pins" in rest)
            case ["filter", name, *rest]:
                self.filters[name] = Filter(body, opens="opens" in rest, pins="pins" in rest)
            case ["sort", name, *rest]:
                self.sorts[name] = Sort(sort_keys(body), tuple(rest[1:]))
            case [name]:
                self._parts[name] = body
            case _:
                raise ValueError(f"{self.name}.sql: unknown section {' '.join(words)!r}")

    @cached_property
    def batch(self) -> Statement:
        """The statement for rows by their ids; its parameters are token hash, ids."""
        sql = self._by_id("batch", self._parts["item"])
        name = f"batch_{self.name}"
        return Statement(name, Sql(sql, name), ("bytea", "bigint[]"))

    @property
    def has_entity(self) -> bool:
        """Return whether the file has a section for single rows with related data."""
        return "entity" in self._parts

    @cached_property
    def entity(self) -> Statement:
        """The statement for one row with its related data; its parameters are token hash, id."""
        sql = self._by_id("entity", self._parts["entity"])
        name = f"{self.name}_entity"
        return Statement(name, Sql(sql, name), ("bytea", "bigint"))

    def _by_id(self, frame: str, item: str) -> bytes:
        visible = (self._parts[name] for name in ("where", "visible") if name in self._parts)
        sql = FRAMES[frame].format(
            item=item,
            source=self._parts["from"],
            id=self._parts["id"],
            visible=all_of(visible),
        )
        return stripped(sql)

    @cache  # noqa: B019  (a list lives as long as the process)
    def statement(self, choice: Choice) -> Statement:
        """
        Return the statement of a choice; its parameters are token hash, limit, filter values, position.

        With `audience`, the first filter's value must be the container.
        """
        keys = self.sorts[choice.sort].keys
        types = ["bytea", "bigint"]
        predicates = {name: each.predicate for name, each in self.filters.items()}
        conditions = [self._parts[name] for name in ("where", "listed") if name in self._parts]
        conditions += filtered(choice, predicates, types)
        counted = tuple(conditions)
        if choice.continued:
            conditions.append(beyond(choice, keys, types))
        position = ", ".join(f"{name}::text" for name in _names("here", keys))
        audience = self._visibility.audience.format(container="$3::bigint")
        near = _names("near", keys)
        sql = FRAMES["page"].format(
            total=f"({self._count(choice, counted)})" if choice.total else "NULL::bigint",
            audience=audience if choice.audience else "NULL::text",
            display=" DESC" if choice.backward else "",
            position=f"json_build_array({position})::text",
            near_keys=", ".join(near),
            near_order=ordered(near, down=choice.down),
            near=self._near(choice, keys, tuple(conditions)),
            item=self._parts["item"],
        )
        name = f"{self.name}_list"
        return Statement(choice.name(name), Sql(stripped(sql), name), tuple(types))

    def _sees_rows(self, choice: Choice) -> str | None:
        """Return the predicate that checks access to each row; None if a filter already does."""
        if any(self.filters[name].opens for name in choice.filters):
            return None
        return self._parts.get("visible")

    def _by_container(self, choice: Choice) -> bool:
        narrow = any(self.filters[name].opens or self.filters[name].pins for name in choice.filters)
        return "container" in self._parts and not narrow

    def _near(self, choice: Choice, keys: tuple[Key, ...], conditions: tuple[str, ...]) -> str:
        if not self._by_container(choice):
            visible = self._sees_rows(choice)
            return self._rows(keys, (*conditions, visible) if visible else conditions, down=choice.down)
        # Even callers who see everything do not see deleted containers, which `live` excludes.
        every = (self._visibility.everything, *conditions, self._parts["live"])
        of_container = f"{self._parts['container']} = seen.id"
        each = _names("each", keys)
        return self._visibility.rows.format(
            every_row=self._rows(keys, every, down=choice.down),
            container_rows=self._rows(keys, (of_container, *conditions), down=choice.down),
            each_keys=", ".join(each),
            each_order=ordered(each, down=choice.down),
        )

    def _rows(self, keys: tuple[Key, ...], conditions: tuple[str, ...], *, down: bool) -> str:
        ahead = _names("ahead", keys)
        return FRAMES["rows"].format(
            id=self._parts["id"],
            keys=", ".join(f"{key.expression} AS k{at}" for at, key in enumerate(keys)),
            source=self._parts["from"],
            conditions=all_of(conditions),
            order=ordered((key.expression for key in keys), down=down),
            ahead_keys=", ".join(ahead),
            ahead_order=ordered(ahead, down=down),
        )

    def _count(self, choice: Choice, conditions: tuple[str, ...]) -> str:
        """Return the SELECT that counts the rows; it has to read each of them."""
        visible = self._sees_rows(choice)
        source = f"SELECT count(*) FROM {self._parts['from']}"  # noqa: S608  (fragments from our own files)
        if not self._by_container(choice):
            seen = (*conditions, visible) if visible else conditions
            return f"{source} WHERE {all_of(seen)}"
        return self._visibility.count.format(
            source=self._parts["from"],
            container=self._parts["container"],
            live=one(self._parts["live"]),
            conditions=all_of(conditions),
        )


def _names(alias: str, keys: tuple[Key, ...]) -> list[str]:
    return [f"{alias}.k{at}" for at in range(len(keys))]
