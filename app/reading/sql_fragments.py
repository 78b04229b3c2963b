"""
Statements built from the fragments of a file: what lists, reports and searches have in common.

Client input only selects fragments by name; its values are parameters. So there is a finite set of
statements, each with only the requested predicates: `x = $1 OR $1 IS NULL` would keep the planner from using
any index.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from app.database.sql import Sql

TYPE = re.compile(r"\$value::(\w+(?:\[\])?)")


class Key(NamedTuple):
    """A column that rows are sorted by, and its type."""

    expression: str
    type: str


class Choice(NamedTuple):
    """
    What identifies a statement: `filters` are names (`client`, `open=true`) in the order of the file.

    `continued`: it begins at a position; `inclusive`: including the row at that position.
    """

    filters: tuple[str, ...]
    sort: str
    descending: bool
    backward: bool
    continued: bool
    inclusive: bool = False
    total: bool = False
    audience: bool = False

    @property
    def down(self) -> bool:
        """Return whether keys descend in the direction of reading."""
        return self.descending != self.backward

    def name(self, prefix: str) -> str:
        """Return the statement's name in `indexes.toml`."""
        words = [
            "+".join(self.filters) or "all",
            ("-" if self.descending else "") + self.sort,
            "before" if self.backward else "after",
        ]
        extra = [word for word in ("continued", "inclusive", "total", "audience") if getattr(self, word)]
        return "/".join((prefix, *words, *extra))


class Statement(NamedTuple):
    """A statement, its name in `indexes.toml`, and the types of its parameters."""

    name: str
    sql: Sql
    types: tuple[str, ...]


def titled(text: str, name: str) -> tuple[str, str]:
    """Return the description and the rest of a file; ValueError if it does not begin with `-- name: `."""
    title, _, rest = text.partition("\n")
    words = f"-- {name}: "
    if not title.startswith(words):
        raise ValueError(f"{name}.sql must begin with '{words}...'")
    return title.removeprefix(words), rest


def sections(text: str, *kinds: str) -> Iterator[tuple[str, str]]:
    """Yield each heading (a comment that begins with one of `kinds`) and the text below it."""
    heading = re.compile(rf"^-- ((?:{'|'.join(kinds)})\b.*)$", re.MULTILINE)
    _, *parts = heading.split(text)
    for title, body in zip(*[iter(parts)] * 2, strict=True):
        yield title, body.strip()


def sort_keys(text: str) -> tuple[Key, ...]:
    """Parse the keys in `column::type, column::type`."""
    return tuple(Key(*key.strip().rsplit("::", 1)) for key in text.split(","))


def one(predicate: str) -> str:
    """Return the predicate in parentheses, so that operators next to it cannot bind to a part of it."""
    return f"({predicate})"


def all_of(predicates: Iterable[str]) -> str:
    """Return the conjunction of the predicates; `true` if there are none."""
    return "\nAND ".join(map(one, predicates)) or "true"


def filtered(choice: Choice, predicates: Mapping[str, str], types: list[str]) -> list[str]:
    """Return the predicates of the chosen filters; append the types of their parameters to `types`."""
    chosen = []
    for name in choice.filters:
        predicate = predicates[name]
        if "$value" in predicate:
            found = TYPE.search(predicate)
            types.append(found[1] if found else "text")
        chosen.append(predicate.replace("$value", f"${len(types)}"))
    return chosen


def beyond(choice: Choice, keys: tuple[Key, ...], types: list[str]) -> str:
    """Return the predicate of the rows beyond a position; append the types of its keys to `types`."""
    first = len(types) + 1
    types += [key.type for key in keys]
    columns = ", ".join(key.expression for key in keys)
    values = ", ".join(f"${first + at}::{key.type}" for at, key in enumerate(keys))
    operator = ("<" if choice.down else ">") + ("=" if choice.inclusive else "")
    return f"({columns}) {operator} ({values})"


def ordered(columns: Iterable[str], *, down: bool) -> str:
    """Return the columns as an ORDER BY list."""
    return ", ".join(f"{column}{' DESC' if down else ''}" for column in columns)
