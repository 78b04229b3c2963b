"""
Statements put together from the fragments of a file: what lists, reports and searches have in common.

What a client sends only ever picks fragments by name; its values are parameters. So there is a finite set of
statements, each with the predicates that were asked for and no others: `x = $1 OR $1 IS NULL` would keep the
planner from every index.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

TYPE = re.compile(r"\$value::(\w+(?:\[\])?)")


class Key(NamedTuple):
    """A column that rows are sorted by, and its type."""

    expression: str
    type: str


class Choice(NamedTuple):
    """
    Which of the statements: `filters` by name (`client`, `open=true`) in the order of the file.

    `continued`: from a position on; `inclusive`: with the row at that position.
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
        """Return whether keys fall in the direction of reading."""
        return self.descending != self.backward

    def name(self, prefix: str) -> str:
        """Return the name that the catalogue of indexes knows the statement by."""
        words = [
            "+".join(self.filters) or "all",
            ("-" if self.descending else "") + self.sort,
            "before" if self.backward else "after",
        ]
        extra = [word for word in ("continued", "inclusive", "total", "audience") if getattr(self, word)]
        return "/".join((prefix, *words, *extra))


class Statement(NamedTuple):
    """A statement by the name that the catalogue of indexes knows, and the types of its parameters."""

    name: str
    sql: bytes
    types: tuple[str, ...]


def titled(text: str, name: str) -> tuple[str, str]:
    """Return the description and the rest of a file; ValueError if `-- name: description` is not first."""
    title, _, rest = text.partition("\n")
    words = f"-- {name}: "
    if not title.startswith(words):
        raise ValueError(f"{name}.sql must begin with '{words}...'")
    return title.removeprefix(words), rest


def sections(text: str, *kinds: str) -> Iterator[tuple[str, str]]:
    """Yield each heading (a comment that begins with one of `kinds`) and what is below it."""
    heading = re.compile(rf"^-- ((?:{'|'.join(kinds)})\b.*)$", re.MULTILINE)
    _, *parts = heading.split(text)
    for title, body in zip(*[iter(parts)] * 2, strict=True):
        yield title, body.strip()


def sort_keys(text: str) -> tuple[Key, ...]:
    """Return the keys of `column::type, column::type`."""
    return tuple(Key(*key.strip().rsplit("::", 1)) for key in text.split(","))


def one(predicate: str) -> str:
    """Return the predicate as an operand: what stands beside it cannot take a part of it."""
    return f"({predicate})"


def all_of(predicates: Iterable[str]) -> str:
    """Return the predicate that all of them hold; of none it is true."""
    return "\nAND ".join(map(one, predicates)) or "true"


def filtered(choice: Choice, predicates: Mapping[str, str], types: list[str]) -> list[str]:
    """Return the predicates of the chosen filters; `types` grows by those of their parameters."""
    chosen = []
    for name in choice.filters:
        predicate = predicates[name]
        if "$value" in predicate:
            found = TYPE.search(predicate)
            types.append(found[1] if found else "text")
        chosen.append(predicate.replace("$value", f"${len(types)}"))
    return chosen


def beyond(choice: Choice, keys: tuple[Key, ...], types: list[str]) -> str:
    """Return the predicate of the rows from a position on; `types` grows by those of its keys."""
    first = len(types) + 1
    types += [key.type for key in keys]
    columns = ", ".join(key.expression for key in keys)
    values = ", ".join(f"${first + at}::{key.type}" for at, key in enumerate(keys))
    operator = ("<" if choice.down else ">") + ("=" if choice.inclusive else "")
    return f"({columns}) {operator} ({values})"


def ordered(columns: Iterable[str], *, down: bool) -> str:
    """Return the columns as ORDER BY lists them."""
    return ", ".join(f"{column}{' DESC' if down else ''}" for column in columns)
