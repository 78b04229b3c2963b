"""Runs on the server as root: the bench's ratios and figures as one line of JSON on standard output."""

import json
import sys
from pathlib import Path
from typing import Any

from bench.remote import figures, ratios
from bench.remote.figures import ADMIN, MEMBER, WALKED, Client
from bench.remote.instances import instance, workers
from bench.remote.ratios import Subject
from bench.remote.tokens import digest, token
from bench.remote.tools import PgBench, release_statements, search, wrk

HERE = Path(__file__).parent
UNCACHED_PORT, CACHED_PORT = 8101, 8102
PASSES = 7


def statements() -> dict[str, str]:
    """Return the running release's statements by name."""
    return {one["name"]: one["sql"] for one in release_statements()}


def subjects(uncached: str, cached: str) -> list[Subject]:
    """Return the reads and their limits."""
    sql = statements()
    pool = int(search(r"^pool_max = (\d+)$", Path("/etc/bantam/app.toml").read_text()))
    clients = pool * workers()

    def against_pgbench(name: str, *, path: str, query: str, values: list[str], user: int) -> Subject:
        bench = PgBench(HERE, name, sql[query], [digest(user), *values], clients)
        url = f"{uncached}{path}"
        return Subject(
            name,
            f"pgbench with {query} through PgBouncer",
            lambda seconds: wrk(url, token(user), seconds),
            bench.run,
        )

    def against_constant(name: str, path: str, user: int, port: int) -> Subject:
        _, body = Client(port).get(path, token(user))
        url, constant = f"{cached}{path}", f"{cached}/constant/{len(body)}"
        return Subject(
            name,
            f"the same server answering {len(body)} constant bytes",
            lambda seconds: wrk(url, token(user), seconds),
            lambda seconds: wrk(constant, token(user), seconds),
        )

    return [
        against_pgbench(
            "small_row",
            path="/api/comments/4100",
            query="comments_entity",
            values=["4100"],
            user=ADMIN,
        ),
        against_pgbench(
            "page_of_50",
            path="/api/projects/1/tasks?limit=50",
            query="tasks_list/project/due_on/after/audience",
            values=["50", "1"],
            user=ADMIN,
        ),
        against_pgbench(
            "dashboard",
            path="/api/dashboards/user",
            query="dashboard_user",
            values=[],
            user=MEMBER,
        ),
        against_constant("cached_dashboard", "/api/dashboards/user", MEMBER, CACHED_PORT),
        against_constant("cached_page", "/api/projects/1/tasks?limit=10", ADMIN, CACHED_PORT),
    ]


def one_client() -> dict[str, Any]:
    """Return the figures of one client that asks the uncached instance."""
    client = Client(UNCACHED_PORT)
    places = {
        name: [path for one in lists for path in figures.walk(client, token(user), one, pages)]
        for name, (user, lists, pages) in WALKED.items()
    }
    places["single_row"] = figures.rows(client, token(ADMIN))
    return {one.name: figures.measure(client, one, token(one.user)) for one in figures.figures(places)}


def growing() -> dict[str, Any]:
    """Return the figures to compare with another server: the medians of several passes."""
    client = Client(UNCACHED_PORT)
    wanted = [one for one in figures.figures({}) if one.name in figures.GROWING]
    passes = [
        {one.name: figures.measure(client, one, token(one.user)) for one in wanted} for _ in range(PASSES)
    ]
    return {one.name: figures.typical([found[one.name] for found in passes]) for one in wanted}


def main() -> None:
    """Measure the parts in the arguments, and print the results."""
    wanted = set(sys.argv[1:])
    found: dict[str, Any] = {}
    with instance("uncached", UNCACHED_PORT, cached=False) as uncached:
        if "ratios" in wanted:
            with instance("cached", CACHED_PORT, cached=True) as cached:
                found["ratios"] = ratios.measure(subjects(uncached, cached))
        if "figures" in wanted:
            found["figures"] = one_client()
        if "growing" in wanted:
            found["growing"] = growing()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
