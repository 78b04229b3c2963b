"""
Runs on the server as postgres: reads {"samples": ..., "catalogue": {index: [query]}}, prints the plans that would run.

Nothing is executed: EXPLAIN EXECUTE goes through PostgreSQL's plan cache like EXECUTE does, so the sixth says
whether the generic plan has replaced the custom ones. An index is hidden from the planner of this session alone.
"""

import itertools
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import psycopg

PLANS_UNTIL_GENERIC = 6
LARGE = 10_000
RELEASE = "/opt/bantam/current/bin/python"
LARGE_TABLES = """
SELECT
    c.relname
FROM pg_class AS c
WHERE c.relkind IN ('r', 'm')
  AND c.relnamespace = 'public'::regnamespace
  AND c.reltuples > %s
"""


class Planner:
    """One session with the app's settings, in which indexes can be hidden."""

    def __init__(self, samples: dict[str, list[str]]) -> None:
        self._samples = samples
        self.connection = psycopg.connect("host=/run/postgresql dbname=bantam", autocommit=True)
        self.connection.execute("SET pg_trgm.word_similarity_threshold = 0.5")
        self.large = {name for (name,) in self.connection.execute(LARGE_TABLES, [LARGE])}

    def plans(self, statement: dict[str, Any], *, times: int) -> Iterator[dict[str, Any]]:
        """The plan for each combination of samples, as it is the so-manieth time."""
        types = f"({', '.join(statement['types'])})" if statement["types"] else ""
        values = [self._samples[name] for name in statement["parameters"]]
        for arguments in itertools.product(*values):
            listed = f"({', '.join(arguments)})" if arguments else ""
            self._run(f"PREPARE asked{types} AS {statement['sql']}")
            try:
                for _ in range(times):
                    [(plan,)] = self._run(f"EXPLAIN (FORMAT JSON) EXECUTE asked{listed}")
                yield plan[0]["Plan"]
            finally:
                self._run("DEALLOCATE asked")

    def hide(self, index: str) -> None:
        self._run(f"SELECT hypopg.hypopg_hide_index('public.{index}'::regclass)")

    def show(self, index: str) -> None:
        self._run(f"SELECT hypopg.hypopg_unhide_index('public.{index}'::regclass)")

    def _run(self, sql: str) -> list[Any]:
        cursor = self.connection.execute(sql.encode())
        return cursor.fetchall() if cursor.description else []


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


def indexes(plan: dict[str, Any]) -> set[str]:
    return {node["Index Name"] for node in nodes(plan) if "Index Name" in node}


def scanned(plan: dict[str, Any]) -> set[str]:
    return {node["Relation Name"] for node in nodes(plan) if node["Node Type"] == "Seq Scan"}


def times_of(statement: dict[str, Any]) -> int:
    """Searches are planned anew for their words; everything else is prepared."""
    return 1 if "words" in statement["parameters"] else PLANS_UNTIL_GENERIC


def named(statements: dict[str, dict[str, Any]], query: str) -> list[dict[str, Any]]:
    """A file by its name; of a list, the first page forward and a later one."""
    names = (query, f"{query}/after", f"{query}/after/continued")
    return [statements[name] for name in names if name in statements]


def is_asked(name: str) -> bool:
    """Files, and lists forward under one filter at most: backward is the same scan in the other order."""
    return "before" not in name.split("/") and "+" not in name


def main() -> None:
    asked = json.load(sys.stdin)
    printed = subprocess.run([RELEASE, "-m", "app.statements"], capture_output=True, check=True).stdout
    statements = {one["name"]: one for one in map(json.loads, printed.splitlines())}
    planner = Planner(asked["samples"])
    scans = {}
    for name, statement in filter(lambda item: is_asked(item[0]), statements.items()):
        times = 1 if "/" in name else times_of(statement)
        tables = set().union(*map(scanned, planner.plans(statement, times=times))) & planner.large
        if tables:
            scans[name] = sorted(tables)
    proofs: dict[str, dict[str, dict[str, float]]] = {}
    for index, queries in asked["catalogue"].items():
        proofs[index] = {query: prove(planner, index, named(statements, query)) for query in queries}
    found = {
        query: bool(named(statements, query)) for queries in asked["catalogue"].values() for query in queries
    }
    print(
        json.dumps(
            {
                "scans": scans,
                "proofs": proofs,
                "missing": sorted(q for q, is_there in found.items() if not is_there),
            }
        )
    )


def prove(planner: Planner, index: str, statements: list[dict[str, Any]]) -> dict[str, float]:
    """By how much the cost of a statement rises without the index, for each plan that uses it."""
    ratios = {}
    for statement in statements:
        times = times_of(statement)
        with_it = list(planner.plans(statement, times=times))
        planner.hide(index)
        without_it = list(planner.plans(statement, times=times))
        planner.show(index)
        for number, (plan, other) in enumerate(zip(with_it, without_it, strict=True)):
            if index in indexes(plan):
                sample = f" #{number + 1}" if len(with_it) > 1 else ""
                ratios[statement["name"] + sample] = round(other["Total Cost"] / plan["Total Cost"], 2)
    return ratios


main()
