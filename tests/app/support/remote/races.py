"""
What an oracle found, as JSON: by `python -m tests.app.support.remote.races`, on the server.

`--token TOKEN --person TOKEN... --reads 10000 [--kills] [--psql]`
"""

import argparse
import asyncio
import json
import random
import time

from tests.app.support.remote.disturbances import differences, kill, write_past_the_app
from tests.app.support.remote.oracle import Oracle

PROJECTS = range(1, 31)
# Longer than the relay gives the app to acknowledge its own writes.
REST_S = 4


def asked() -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--token", required=True, help="who writes, and reads projects and their tasks")
    parser.add_argument("--person", action="append", default=[], help="who reads a dashboard")
    parser.add_argument("--reads", type=int, required=True)
    parser.add_argument("--writers", type=int, default=32)
    parser.add_argument("--readers", type=int, default=32)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", action="store_true")
    parser.add_argument("--psql", action="store_true")
    return parser.parse_args()


async def main() -> dict[str, object]:
    """Return the figures of a run."""
    options = asked()
    places = [path for n in PROJECTS for path in (f"/api/projects/{n}", f"/api/projects/{n}/tasks?limit=20")]
    dashboards = {token: ["/api/dashboards/user"] for token in options.person}
    oracle = Oracle(
        options.reads,
        random.Random(options.seed),  # noqa: S311  (nothing secret)
        {options.token: places} | dashboards,
    )
    oracle.rows = sorted({row for shown in await oracle.look() for row in shown})
    # Every fourth reader reads a dashboard.
    tokens = [
        options.person[reader // 4 % len(options.person)]
        if options.person and reader % 4 == 0
        else options.token
        for reader in range(options.readers)
    ]
    started = time.monotonic()
    async with asyncio.TaskGroup() as group:
        kills = group.create_task(kill(oracle)) if options.kills else None
        psql_writes = group.create_task(write_past_the_app(oracle)) if options.psql else None
        for _ in range(options.writers):
            group.create_task(oracle.write(options.token))
        for token in tokens:
            group.create_task(oracle.read(token))
    seconds = time.monotonic() - started
    await asyncio.sleep(REST_S)
    return {
        "reads": oracle.done,
        "compared": oracle.compared,
        "writes": oracle.writes,
        "psql_writes": psql_writes.result() if psql_writes else 0,
        "kills": kills.result() if kills else 0,
        "lost": oracle.lost,
        "statuses": oracle.statuses,
        "seconds": round(seconds, 1),
        "stale": len(oracle.stale),
        "first_stale": oracle.stale[:5],
        "differences": await differences(oracle),
    }


print(json.dumps(asyncio.run(main())))
