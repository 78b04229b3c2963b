"""
Runs on the server as postgres: the plans of the release's statements, with and without each index.

Reads {"samples": {parameter: [SQL]}, "catalogue": [entry of indexes.toml], "ample": gain} and prints

    missing   queries of the catalog that the release does not have
    scans     {statement: [large tables that it reads from end to end]}
    unused    {index: [queries of the catalog whose plans do not use it]}
    gains     {index: the best proof found: statement, role, execution, cost with it, cost without it, gain}

Nothing is executed except the reads of "blind" entries: EXPLAIN EXECUTE goes through PostgreSQL's plan cache
as EXECUTE does, so the sixth shows whether the generic plan has replaced the custom plans. An index is hidden
only from the planner of this session.
"""

import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import psycopg

Plan = dict[str, Any]
Statement = dict[str, Any]

PLANS_UNTIL_GENERIC = 6
LARGE = 10_000
STATEMENTS = "/opt/bantam/current/bin/bantam-statements"
LARGE_TABLES = """
SELECT
    c.relname
FROM pg_class AS c
WHERE c.relkind IN ('r', 'm')
  AND c.relnamespace = 'public'::regnamespace
  AND c.reltuples > %s
"""
AN_ADMIN = "SELECT token_hash FROM callers WHERE role = 'admin' AND seconds_left > 60 LIMIT 1"
CALLER = "FROM callers AS caller"
# Only one of a statement's branches for different roles runs, but the planner adds up all of them, unless the
# role is fixed.
CALLER_AS = """FROM (
    SELECT token_hash, user_id, client_id, key, seconds_left, time_zone, '{}' AS role FROM callers
) AS caller"""
ROLES = (None, "admin", "team_member")


class Planner:
    """One session, in which indexes can be hidden."""

    def __init__(self, samples: dict[str, list[str]]) -> None:
        self._samples = samples
        self.connection = psycopg.connect("host=/run/postgresql dbname=bantam", autocommit=True)
        self.large = {name for (name,) in self.connection.execute(LARGE_TABLES, [LARGE])}

    def plans(
        self, statement: Statement, *, role: str | None = None, execution: int | None = None
    ) -> list[Plan]:
        """The plan that runs for each combination of samples, or the plan of an earlier execution."""
        types = f"({', '.join(statement['types'])})" if statement["types"] else ""
        sql = statement["sql"].replace(CALLER, CALLER_AS.format(role)) if role else statement["sql"]
        found = []
        for values in itertools.product(*(self._samples[name] for name in statement["parameters"])):
            listed = f"({', '.join(values)})" if values else ""
            self._run(f"PREPARE asked{types} AS {sql}")
            try:
                for _ in range(execution or times_planned(statement)):
                    [(plan,)] = self._run(f"EXPLAIN (FORMAT JSON) EXECUTE asked{listed}")
                found.append(plan[0]["Plan"])
            finally:
                self._run("DEALLOCATE asked")
        return found

    def pages_read(self, statement: Statement) -> int:
        """How many pages it touches when it is run for an admin."""
        [(digest,)] = self._run(AN_ADMIN)
        token = f"'\\x{digest.hex()}'::bytea"
        values = [
            token if name == "token hash" else self._samples[name][0] for name in statement["parameters"]
        ]
        self._run(f"PREPARE asked ({', '.join(statement['types'])}) AS {statement['sql']}")
        try:
            [(plan,)] = self._run(
                f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) EXECUTE asked({', '.join(values)})"
            )
        finally:
            self._run("DEALLOCATE asked")
        return int(plan[0]["Plan"]["Shared Hit Blocks"] + plan[0]["Plan"]["Shared Read Blocks"])

    def plans_without(self, index: str, statement: Statement, **asked: Any) -> list[Plan]:
        """The same with the index hidden."""
        self._run(f"SELECT hypopg.hypopg_hide_index('public.{index}'::regclass)")
        try:
            return self.plans(statement, **asked)
        finally:
            self._run(f"SELECT hypopg.hypopg_unhide_index('public.{index}'::regclass)")

    def _run(self, sql: str) -> list[Any]:
        cursor = self.connection.execute(sql.encode())
        return cursor.fetchall() if cursor.description else []


def times_planned(statement: Statement) -> int:
    """Searches are replanned for their words; everything else is prepared."""
    return 1 if "words" in statement["parameters"] else PLANS_UNTIL_GENERIC


def nodes(plan: Plan) -> Iterator[Plan]:
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


def indexes(plans: list[Plan]) -> set[str]:
    return {node["Index Name"] for plan in plans for node in nodes(plan) if "Index Name" in node}


def scanned(plans: list[Plan]) -> set[str]:
    return {
        node["Relation Name"] for plan in plans for node in nodes(plan) if node["Node Type"] == "Seq Scan"
    }


def named(statements: dict[str, Statement], query: str) -> list[Statement]:
    """A file by its name; for a list, the first page forward, a later one, and the total."""
    names = (query, *(f"{query}/after{page}" for page in ("", "/continued", "/total")))
    return [statements[name] for name in names if name in statements]


def is_asked(name: str) -> bool:
    """
    Files, and lists forward with at most one filter: the rest are the same scans, backward or narrower.

    Totals are left out: they have to count every row.
    """
    return not {"before", "total"} & set(name.split("/")) and "+" not in name and "/-" not in name


def proof(planner: Planner, index: str, statements: list[Statement], ample: float) -> dict[str, Any] | None:
    """
    The first statement that costs `ample` times as much without the index, otherwise the best of all.

    A generic plan has the cost of an average value; a connection's first execution is planned for its values.
    """
    best: dict[str, Any] | None = None
    for execution, role, statement in itertools.product((None, 1), ROLES, statements):
        if role and CALLER not in statement["sql"]:
            continue
        with_it = planner.plans(statement, role=role, execution=execution)
        if index not in indexes(with_it):
            continue
        without_it = planner.plans_without(index, statement, role=role, execution=execution)
        for plan, other in zip(with_it, without_it, strict=True):
            cost, hidden = plan["Total Cost"], other["Total Cost"]
            if best is None or hidden / cost > best["gain"]:
                best = {
                    "statement": statement["name"],
                    "role": role,
                    "execution": execution or times_planned(statement),
                    "cost": cost,
                    "without": hidden,
                    "gain": round(hidden / cost, 2),
                }
        if best and best["gain"] >= ample:
            break
    return best


def measured(planner: Planner, entry: dict[str, Any], statement: Statement) -> dict[str, Any]:
    """The pages the statement reads, with the index and with a predicate that the index does not match."""
    plain, disguised = entry["disguise"]
    pages = planner.pages_read(statement)
    without = planner.pages_read({**statement, "sql": statement["sql"].replace(plain, disguised)})
    return {
        "statement": statement["name"],
        "role": "admin",
        "pages": pages,
        "pages_without": without,
        "gain": round(without / pages, 2),
    }


def main() -> None:
    asked = json.load(sys.stdin)
    printed = subprocess.run([STATEMENTS], capture_output=True, check=True).stdout
    statements = {one["name"]: one for one in map(json.loads, printed.splitlines())}
    entries = asked["catalogue"]
    catalogue = {
        entry["name"]: {query: named(statements, query) for query in entry["queries"]} for entry in entries
    }
    wanted = {name for name in statements if is_asked(name)}
    wanted |= {one["name"] for queries in catalogue.values() for found in queries.values() for one in found}
    planner = Planner(asked["samples"])
    plans = {name: planner.plans(statements[name]) for name in sorted(wanted)}
    scans = {name: sorted(scanned(plans[name]) & planner.large) for name in plans if is_asked(name)}
    answer: dict[str, Any] = {
        "missing": sorted({q for queries in catalogue.values() for q, found in queries.items() if not found}),
        "scans": {name: tables for name, tables in scans.items() if tables},
        "unused": {},
        "gains": {},
    }
    for entry in entries:
        index, queries = entry["name"], catalogue[entry["name"]]
        answer["unused"][index] = [
            query
            for query, found in queries.items()
            if not any(index in indexes(plans[one["name"]]) for one in found)
        ]
        candidates = [one for found in queries.values() for one in found]
        if "blind" in entry:
            answer["gains"][index] = measured(planner, entry, candidates[0])
        else:
            answer["gains"][index] = proof(planner, index, candidates, asked["ample"])
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
