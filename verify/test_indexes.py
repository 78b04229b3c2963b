"""Indexes: those of the catalog and no others, each used and needed by the queries in its entry."""

import json
import shlex
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from verify.probes.connection import Connection
from verify.probes.inventory import ROOT

FOLDER = Path(__file__).parent
SAMPLES = tomllib.loads((FOLDER / "samples.toml").read_text())
CHANGES = tomllib.loads((FOLDER / "changes.toml").read_text())["change"]
CATALOGUE = {
    entry["name"]: entry for entry in tomllib.loads((ROOT / "app/agency/indexes.toml").read_text())["index"]
}
ENFORCING = {name for name, entry in CATALOGUE.items() if "unique" in entry["kind"].split()}

# Plans depend on table sizes: the guarantee is for the seed's scale 1.0 and above.
FULL_TASKS = 150_000
# Without an index, its query costs so many times as much, by the planner's estimate: fifty gain this much,
FULL_GAIN = 5.0
LEAST_EARNED = 50
# and each at least this: what users write may take a table that far from the one it was designed for.
LEAST_GAIN = 2.0
# The search for such a query stops here: the next ANALYZE moves costs by some percent.
AMPLE_GAIN = 2 * FULL_GAIN
# At least this share of the updates that no index prevents are HOT; otherwise the comparison means nothing.
LEAST_HOT = 0.9

Catalog = Callable[[str], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def server_indexes(catalog: Catalog) -> dict[str, dict[str, Any]]:
    """The server's secondary indexes by name."""
    return {row["name"]: row for row in catalog("indexes")}


@pytest.fixture(scope="module")
def full_tables(catalog: Catalog) -> None:
    """The tables are as large as the seed makes them; otherwise the test is skipped."""
    [tasks] = [row["rows"] for row in catalog("updates") if row["table"] == "tasks"]
    if tasks < FULL_TASKS:
        pytest.skip(f"plans need the tables of scale 1.0: there are {max(tasks, 0)} tasks, not {FULL_TASKS}")


@pytest.fixture(scope="module")
def plans(full_tables: None, connection: Connection) -> dict[str, Any]:  # noqa: ARG001
    """Plans of the running release's statements, with each index and with it hidden."""
    asked = {"samples": SAMPLES, "catalogue": list(CATALOGUE.values()), "ample": AMPLE_GAIN}
    return _asked(connection, "plans.py", asked)


@pytest.fixture(scope="module")
def write_cost(full_tables: None, connection: Connection) -> dict[str, Any]:  # noqa: ARG001
    """The cost of usual changes, with all indexes of the table and with only its keys."""
    return _asked(connection, "write_cost.py", {"changes": CHANGES})


def _asked(connection: Connection, script: str, asked: dict[str, Any]) -> dict[str, Any]:
    text = shlex.quote((FOLDER / "remote" / script).read_text())
    done = connection.run(
        f"cd / && runuser -u postgres -- /opt/bantam/current/bin/python -c {text}", stdin=json.dumps(asked)
    )
    assert done.returncode == 0, done.stderr.strip().splitlines()[-1]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("index", CATALOGUE)
def test_index_is_valid(server_indexes: dict[str, dict[str, Any]], index: str) -> None:
    assert server_indexes.get(index, {}).get("is_valid")


def test_no_index_is_outside_the_catalogue(server_indexes: dict[str, dict[str, Any]]) -> None:
    assert sorted(server_indexes.keys() - CATALOGUE.keys()) == []


def test_the_release_has_every_query_of_the_catalogue(plans: dict[str, Any]) -> None:
    assert plans["missing"] == []


@pytest.mark.parametrize("index", CATALOGUE)
def test_queries_use_index(plans: dict[str, Any], index: str) -> None:
    assert plans["unused"][index] == []


@pytest.mark.parametrize("index", [name for name in CATALOGUE if name not in ENFORCING])
def test_a_query_needs_index(plans: dict[str, Any], index: str) -> None:
    gain = plans["gains"][index]
    assert gain
    assert gain["gain"] >= LEAST_GAIN, gain


def test_fifty_indexes_are_earned(
    plans: dict[str, Any], record_property: Callable[[str, object], None]
) -> None:
    gains = {index: gain for index, gain in plans["gains"].items() if gain}
    record_property("indexes", gains)
    assert sum(gain["gain"] >= FULL_GAIN for gain in gains.values()) >= LEAST_EARNED


def test_no_query_reads_a_large_table_from_end_to_end(plans: dict[str, Any]) -> None:
    assert plans["scans"] == {}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: f"{change['table']}: {change['what']}")
def test_an_update_of_what_no_index_holds_touches_none(
    write_cost: dict[str, Any], change: dict[str, Any], record_property: Callable[[str, object], None]
) -> None:
    """What indexes cost a write: WAL per update and the share of HOT updates, compared with keys only."""
    record_property("write_cost", write_cost)
    cost = write_cost[change["table"]][change["what"]]
    assert cost["with_indexes"]["updates"] == cost["with_keys_only"]["updates"] > 0
    if change["hot"]:
        shares = [one["hot_share"] for one in cost.values()]
        assert cost["with_keys_only"]["hot_share"] > LEAST_HOT, cost
        assert max(shares) - min(shares) < 0.01, cost
    else:
        assert cost["with_indexes"]["hot_share"] == 0


def test_statistics_are_kept(
    catalog: Catalog,
    server_indexes: dict[str, dict[str, Any]],
    record_property: Callable[[str, object], None],
) -> None:
    """Other costs of indexes: their size, how often they were used, and the share of HOT updates."""
    updates = {row.pop("table"): row for row in catalog("updates")}
    record_property("tables", updates)
    record_property("index_bytes", {name: row["bytes"] for name, row in server_indexes.items()})
    record_property("index_scans", {name: row["scans"] for name, row in server_indexes.items()})
    assert updates["tasks"]["table_bytes"] > 0
