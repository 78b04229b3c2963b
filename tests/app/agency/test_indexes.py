import re
import tomllib
from pathlib import Path

import pytest

import verify
from app.agency.statements import statements
from app.database.migrations import FOLDER
from tests.app.support.indexes import Index, catalogue

INDEXES = catalogue()
STATEMENTS = list(statements())
NAMES = {re.sub(r"/(after|before)(/.*)?$", "", statement.name) for statement in STATEMENTS}
SAMPLES = Path(verify.__file__).parent / "samples.toml"
KINDS = {"single", "compound", "partial", "covering", "expression", "unique", "full_text", "trigram"}


def standing() -> dict[str, str]:
    """The CREATE INDEX statements in effect after the last migration, by name."""
    made: dict[str, str] = {}
    for file in sorted(FOLDER.glob("*.up.sql")):
        for statement in re.findall(
            r"^(?:CREATE (?:UNIQUE )?|DROP )INDEX [^;]+;", file.read_text(), re.MULTILINE
        ):
            name = re.search(r"INDEX (\w+)", statement)
            assert name
            if statement.startswith("DROP"):
                del made[name[1]]
            else:
                made[name[1]] = statement
    return made


def test_the_catalogue_and_the_migrations_have_the_same_indexes() -> None:
    assert sorted(index.name for index in INDEXES) == sorted(standing())


def test_no_index_is_listed_twice() -> None:
    assert len({index.name for index in INDEXES}) == len(INDEXES)


@pytest.mark.parametrize("index", INDEXES, ids=lambda index: index.name)
def test_an_entry_says_what_the_index_is(index: Index) -> None:
    statement = standing()[index.name]
    kinds = set(index.kind.split())
    gin = "USING gin" in statement

    assert kinds <= KINDS
    assert re.search(rf" ON {index.table}\b", statement)
    assert ("unique" in kinds) == ("UNIQUE" in statement)
    assert ("partial" in kinds) == (re.search(r"\sWHERE ", statement) is not None)
    assert ("covering" in kinds) == ("INCLUDE" in statement)
    assert ("trigram" in kinds) == ("gin_trgm_ops" in statement)
    assert ("full_text" in kinds) == (gin and "trigram" not in kinds)
    assert len(kinds & {"single", "compound"}) == 1


@pytest.mark.parametrize("index", INDEXES, ids=lambda index: index.name)
def test_an_entry_says_what_the_index_is_for(index: Index) -> None:
    assert re.fullmatch(r"[A-Z].+\.", index.purpose)
    assert index.queries or "unique" in index.kind.split()
    assert len(set(index.queries)) == len(index.queries)
    assert bool(index.blind) == (len(index.disguise) == 2)


@pytest.mark.parametrize("index", INDEXES, ids=lambda index: index.name)
def test_an_entry_names_existing_statements(index: Index) -> None:
    assert set(index.queries) <= NAMES


def test_every_statement_has_a_name_of_its_own_and_as_many_types_as_parameters() -> None:
    assert len({statement.name for statement in STATEMENTS}) == len(STATEMENTS)
    assert all(len(statement.types) in {0, len(statement.parameters)} for statement in STATEMENTS)


def test_verify_has_a_sample_for_every_parameter() -> None:
    samples = tomllib.loads(SAMPLES.read_text())

    assert {name for statement in STATEMENTS for name in statement.parameters} <= samples.keys()
