"""The catalogue of indexes, app/agency/indexes.toml."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

import app

CATALOGUE = Path(app.__file__).parent / "agency" / "indexes.toml"


@dataclass(frozen=True, slots=True)
class Index:
    """One entry."""

    name: str
    table: str
    kind: str
    purpose: str
    queries: list[str]
    blind: str = ""
    disguise: tuple[str, ...] = ()


def catalogue() -> list[Index]:
    """Return the entries in the order of the file; TypeError for a missing or unknown field."""
    return [Index(**entry) for entry in tomllib.loads(CATALOGUE.read_text("utf-8"))["index"]]
