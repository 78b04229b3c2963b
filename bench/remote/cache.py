"""Runs on the server as root: what the cache saves, as one line of JSON on standard output."""

import asyncio
import json
import sys
import time
from collections import Counter
from typing import Any

from bench.remote.asked import Connection
from bench.remote.counted import empty, information, less_memory, plain, queries
from bench.remote.figures import percentile
from bench.remote.mix import Observed, rate, work
from bench.remote.people import Person, people
from bench.remote.tokens import token
from bench.remote.tools import release_statements

ADMIN = 1
COLD_S = 60
ROUNDS = 2
STEPS = 220
WARM_STEPS = 110
SWITCHED_S = 0.7
STAMPEDE = 200
STAMPEDES = 3
DASHBOARDS = 600
SQUEEZED_S = 20
SHARE_OF_DATA = 0.35
MADE_BY = (
    *("caller", "project"),
    *("dashboard_user", "dashboard_manager", "dashboard_client", "dashboard_admin"),
)


async def measured() -> dict[str, Any]:
    """Return the figures that have targets, and under `phases` how they came about."""
    say("reading the seeded users")
    everybody = await people()
    empty()
    await asyncio.sleep(1)
    least = information()["used_memory"]
    say(f"cold, {COLD_S} s")
    cold = await work(everybody, "cold", seconds=COLD_S)
    ons, offs, saved = await _in_turn(everybody)
    stampedes = [await _stampede(at) for at in range(STAMPEDES)]
    dashboards = await _dashboards(everybody)
    full = information()["used_memory"]
    limit = int(least + SHARE_OF_DATA * (full - least))
    say(f"less memory, {SQUEEZED_S} s")
    with less_memory(limit):
        squeezed, memory = await _watched(everybody)
    everything = [cold, *ons, *offs, squeezed]
    return {
        "cache": {
            "hit_rate": together(ons),
            "cold_hit_rate": cold.hit_rate,
            "queries_saved": saved["of_reads"],
            "dashboard_p50": dashboards["p50_ms"],
            "stampede_fills": max(stampedes),
            # Redis evicts before a command, so it may exceed the limit by the size of the current command.
            "memory_of_limit": round(100 * memory["most"] / memory["limit"]),
            "evicted": memory["evicted"],
            "errors": round(100 * sum(s.errors for s in everything) / sum(s.requests for s in everything), 3),
        },
        "phases": {
            "cold": cold.as_figures(),
            "on": [seen.as_figures() for seen in ons],
            "off": [seen.as_figures() for seen in offs],
            "queries": saved,
            "dashboard": dashboards,
            "stampedes": stampedes,
            "less_memory": squeezed.as_figures() | memory,
            "namespaces": (await statistics())["namespaces"],
        },
    }


async def _in_turn(everybody: list[Person]) -> tuple[list[Observed], list[Observed], dict[str, Any]]:
    """Return the observations with and without the cache, for the same steps, and the queries saved."""
    statements = read_statements()
    ons: list[Observed] = []
    offs: list[Observed] = []
    spent = {True: [0, 0], False: [0, 0]}
    try:
        for number in range(ROUNDS):
            for enabled in (True, False):
                say(f"round {number + 1} of {ROUNDS}, cache {'on' if enabled else 'off'}")
                await switch(enabled=enabled)
                if enabled:
                    await work(everybody, f"warm {number}", steps=WARM_STEPS)
                before = queries(statements)
                seen = await work(everybody, f"round {number}", steps=STEPS)
                (ons if enabled else offs).append(seen)
                for at, (old, new) in enumerate(zip(before, queries(statements), strict=True)):
                    spent[enabled][at] += new - old
    finally:
        await switch(enabled=True)
    saved = {
        name: round(100 * (1 - spent[True][at] / spent[False][at]), 2)
        for at, name in enumerate(("everything", "of_reads"))
    }
    return ons, offs, saved | {"on": spent[True], "off": spent[False]}


async def _stampede(at: int) -> int:
    """Return how many fills were caused by STAMPEDE concurrent first reads of one key."""
    path = f"/api/projects/1/tasks?limit={180 + time.time_ns() // 1000 % 700 + at}"
    before = await fills("project_tasks")
    connections = [Connection() for _ in range(STAMPEDE)]
    answers = await asyncio.gather(*(one.ask(token(ADMIN), "GET", path) for one in connections))
    for one in connections:
        one.close()
    if {answer.status for answer in answers} != {200}:
        raise RuntimeError(f"{path}: {sorted(answer.status for answer in answers)}")
    return await fills("project_tasks") - before


async def _dashboards(everybody: list[Person]) -> dict[str, Any]:
    """Return the times of cache hits of user dashboards, through the app's socket, one after the other."""
    connection = Connection()
    busy = [person for person in everybody if person.dashboard == "user_dashboard"][:20]
    times = []
    for number in range(DASHBOARDS):
        began = time.perf_counter()
        answer = await connection.ask(busy[number % len(busy)].token, "GET", "/api/dashboards/user")
        if answer.cache == "hit":
            times.append(1000 * (time.perf_counter() - began))
    times.sort()
    return {
        "hits": len(times),
        **{f"p{part}_ms": percentile(times, part / 100) for part in (50, 95, 99)},
    }


async def _watched(everybody: list[Person]) -> tuple[Observed, dict[str, int]]:
    """Return the observations while Redis had too little memory, and its memory figures."""
    working = asyncio.create_task(work(everybody, "less memory", seconds=SQUEEZED_S))
    said = []
    while not working.done():
        said.append(await asyncio.to_thread(information))
        await asyncio.sleep(0.2)
    last = said[-1]
    most = max(one["used_memory"] for one in said)
    return await working, {"limit": last["maxmemory"], "most": most, "evicted": last["evicted_keys"]}


async def switch(*, enabled: bool) -> None:
    """Every worker reads from the cache, or none does."""
    connection = Connection()
    answer = await connection.ask(token(ADMIN), "PATCH", "/api/admin/cache", {"enabled": enabled})
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"The cache could not be switched: {answer.status} {answer.body!r}")
    await asyncio.sleep(SWITCHED_S)


async def statistics() -> Any:
    """Return the cache's statistics."""
    connection = Connection()
    found = await connection.json(token(ADMIN), "/api/admin/cache-stats")
    connection.close()
    return found


async def fills(namespace: str) -> int:
    """Return how many fills a namespace has had."""
    namespaces = (await statistics())["namespaces"]
    return next(int(one["fills"]) for one in namespaces if one["namespace"] == namespace)


def read_statements() -> frozenset[str]:
    """Return the statements that fill the cache, normalized for comparison."""
    return frozenset(
        plain(one["sql"])
        for one in release_statements()
        if one["name"] in MADE_BY or one["name"].endswith("/audience")
    )


def together(phases: list[Observed]) -> float:
    """Return the hit rate of several phases."""
    return rate(sum((counts for seen in phases for counts in seen.reads.values()), Counter()))


def say(what: str) -> None:
    """Show progress."""
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measured())))
