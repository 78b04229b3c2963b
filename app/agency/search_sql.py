"""
The SQL of searches: each kind has a file of fragments in `queries/searches`, the other files are frames.

So a page of one kind, and the best five of every kind, are found and ranked by the same SQL.
"""

import re
from pathlib import Path

from app.agency.visibility import SEEN
from app.database.queries import HEADER, stripped
from app.database.sql import Sql
from app.reading.sql_fragments import one, sections

FOLDER = Path(__file__).parent / "queries" / "searches"
KINDS = ("projects", "tasks", "users", "clients")
SECTIONS = ("table", "language", "title", "live", "everything for", "otherwise", "whose", "shown")
PREDICATES = ("live", "everything_for", "whose")
MARKED = re.compile(r"\$(highlight|excerpt)\(([a-z.]+)\)")
# The text is escaped before it is marked, so the result is safe HTML.
ESCAPED = "replace(replace(replace({text}, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')"
HEADLINE = (
    "ts_headline('{language}', " + ESCAPED + ", asked.query, '{options}StartSel=<mark>, StopSel=</mark>')"
)
OPTIONS = {"highlight": "HighlightAll=true, ", "excerpt": "MaxWords=20, MinWords=8, "}


def _read(name: str) -> str:
    return HEADER.sub("", (FOLDER / f"{name}.sql").read_text("utf-8"), count=1).strip()


FRAMES = {name: _read(name) for name in ("asked", "found", "near", "one", "best", "all")}


class Kind:
    """The fragments of one file."""

    def __init__(self, name: str) -> None:
        parts = {title.replace(" ", "_"): body for title, body in sections(_read(name), *SECTIONS)}
        language = parts["language"]

        def headline(how: str, text: str) -> str:
            return HEADLINE.format(language=language, text=text, options=OPTIONS[how])

        for predicate in PREDICATES:
            parts[predicate] = one(parts[predicate])
        parts["otherwise"] = parts["otherwise"].replace("$seen", SEEN)
        parts["shown"] = MARKED.sub(lambda found: headline(found[1], found[2]), parts["shown"])
        self._parts = {
            **parts,
            "kind": name,
            "alias": parts["table"].rpartition(" ")[2],
            "highlight": headline("highlight", parts["title"]),
        }

    def fill(self, frame: str, **others: str) -> str:
        """Return a frame with this kind's fragments inserted."""
        return FRAMES[frame].format(**self._parts, **others)


def _one(name: str, kind: Kind) -> Sql:
    parts = {part: kind.fill(part) for part in ("asked", "found", "near")}
    return Sql(stripped(kind.fill("one", **parts)), f"search_{name}")


def _all(kinds: list[Kind]) -> Sql:
    asked = dict.fromkeys(kind.fill("asked") for kind in kinds)
    every = {name: ",\n".join(kind.fill(name) for kind in kinds) for name in ("found", "near", "best")}
    nothing = "\nAND ".join(f"NOT EXISTS (SELECT FROM found_{name})" for name in KINDS)
    sql = FRAMES["all"].format(asked=",\n".join(asked), nothing_found=nothing, **every)
    return Sql(stripped(sql), "search_all")


_KINDS = [Kind(name) for name in KINDS]
SEARCHES = {name: _one(name, kind) for name, kind in zip(KINDS, _KINDS, strict=True)}
"""The statement for a page, by kind; its parameters are token hash, words, score, id, limit."""

SEARCH_ALL = _all(_KINDS)
"""The statement for the best five of every kind; its parameters are token hash, words."""
