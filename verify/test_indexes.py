"""Indexes: those of the catalogue and no others, each used and needed by the queries that it names."""

import json
import shlex
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from verify.connection import Connection
from verify.inventory import ROOT

PLANS = Path(__file__).parent / "remote" / "plans.py"
SAMPLES = Path(__file__).parent / "samples.toml"
CATALOGUE = {
    entry["name"]: entry for entry in tomllib.loads((ROOT / "app/indexes.toml").read_text())["index"]
}
UNIQUE = {name for name, entry in CATALOGUE.items() if "unique" in entry["kind"].split()}
USES = [
    pytest.param(name, query, id=f"{name}-{query}")
    for name in CATALOGUE
    for query in CATALOGUE[name]["queries"]
]

# A plan follows from the size of the tables: the promise is for the seed's scale 1.0 and beyond.
FULL_TASKS = 150_000
# Without an index its query costs at least so many times as much, by the planner's own reckoning.
LEAST_GAIN = 5.0
LEAST_EARNED = 50

Catalog = Callable[[str], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def standing(catalog: Catalog) -> dict[str, dict[str, Any]]:
    """The server's secondary indexes by name."""
    return {row["name"]: row for row in catalog("indexes")}


@pytest.fixture(scope="module")
def plans(catalog: Catalog, connection: Connection) -> dict[str, Any]:
    """What the running release's statements would do: with each index, and with it hidden."""
    [tasks] = [row["rows"] for row in catalog("updates") if row["table"] == "tasks"]
    if tasks < FULL_TASKS:
        pytest.skip(f"plans need the tables of scale 1.0: there are {max(tasks, 0)} tasks, not {FULL_TASKS}")
    asked = {
        "samples": tomllib.loads(SAMPLES.read_text()),
        "catalogue": {name: entry["queries"] for name, entry in CATALOGUE.items()},
    }
    command = (
        f"cd / && runuser -u postgres -- /opt/bantam/current/bin/python -c {shlex.quote(PLANS.read_text())}"
    )
    done = connection.run(command, stdin=json.dumps(asked))
    assert done.returncode == 0, done.stderr.strip().splitlines()[-1]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("index", CATALOGUE)
def test_index_is_valid(standing: dict[str, dict[str, Any]], index: str) -> None:
    assert standing.get(index, {}).get("is_valid")


def test_no_index_is_outside_the_catalogue(standing: dict[str, dict[str, Any]]) -> None:
    assert sorted(standing.keys() - CATALOGUE.keys()) == []


def test_the_release_has_every_query_of_the_catalogue(plans: dict[str, Any]) -> None:
    assert plans["missing"] == []


@pytest.mark.parametrize(("index", "query"), USES)
def test_query_uses_index(plans: dict[str, Any], index: str, query: str) -> None:
    assert plans["proofs"][index][query]


@pytest.mark.parametrize("index", [name for name in CATALOGUE if name not in UNIQUE])
def test_a_query_needs_the_index(plans: dict[str, Any], index: str) -> None:
    gains = [gain for proof in plans["proofs"][index].values() for gain in proof.values()]
    assert max(gains, default=0) >= LEAST_GAIN, plans["proofs"][index]


def test_fifty_indexes_are_earned(plans: dict[str, Any]) -> None:
    best = {
        index: max((gain for proof in proofs.values() for gain in proof.values()), default=0)
        for index, proofs in plans["proofs"].items()
    }
    assert sum(gain >= LEAST_GAIN for gain in best.values()) >= LEAST_EARNED


def test_no_query_reads_a_large_table_from_end_to_end(plans: dict[str, Any]) -> None:
    assert plans["scans"] == {}
