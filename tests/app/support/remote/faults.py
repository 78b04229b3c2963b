"""
What a steady load sees with and without Redis faults, in turns: JSON, one key per fault.

`python -m tests.app.support.remote.faults --token TOKEN --calm SECONDS --away SECONDS`,
on the server, as root.
"""

import argparse
import asyncio
import json
import random
import time
from statistics import quantiles

from tests.app.support.remote.client import Client
from tests.app.support.remote.damage import Damage
from tests.app.support.remote.disturbances import run
from tests.app.support.remote.oracle import Oracle

CLIENTS = 20
PAUSE_S = 0.1
WRITES = 0.1
PROJECTS = range(1, 31)
# Nobody writes it.
PROBE = "/api/projects/35"
CONFIGURATION = "/etc/redis/redis.conf"
SHRINK = f"printf 'maxmemory 1kb\\nmaxmemory-policy noeviction\\n' >> {CONFIGURATION}"
# What breaks Redis, and what repairs it if systemd does not.
FAULTS: dict[str, tuple[str, str | None]] = {
    "killed": ("systemctl kill --signal=KILL redis-server", None),
    "restarted empty": ("systemctl restart redis-server", None),
    "stopped": ("systemctl stop redis-server", "systemctl start redis-server"),
    "frozen": (
        "systemctl kill --signal=STOP redis-server",
        "systemctl kill --signal=CONT redis-server",
    ),
    "without memory": (
        f"cp -p {CONFIGURATION} {CONFIGURATION}.kept && {SHRINK} && systemctl restart redis-server",
        f"mv {CONFIGURATION}.kept {CONFIGURATION} && systemctl restart redis-server",
    ),
}


class Load:
    """A steady load of reads with a tenth of writes; latencies in seconds by phase."""

    def __init__(self, token: str, oracle: Oracle) -> None:
        self.oracle = oracle
        self.phase = "warm"
        self.latencies: dict[str, list[float]] = {}
        self._token = token
        self._pages = oracle.pages[token]

    async def go_on(self) -> None:
        """Send one request after another until cancelled."""
        client = Client(self._token)
        while True:
            await asyncio.sleep(2 * PAUSE_S * self.oracle.dice.random())
            phase, started = self.phase, time.perf_counter()
            if self.oracle.dice.random() < WRITES:
                await self.oracle.change(client)
            else:
                await self.oracle.compare(client, self.oracle.dice.choice(self._pages))
            self.latencies.setdefault(phase, []).append(time.perf_counter() - started)

    def p99_ms(self, phase: str) -> float:
        """Return the 99th percentile of a phase's latencies."""
        return round(1000 * quantiles(self.latencies[phase], n=100)[98], 1)


async def hits_after(token: str) -> float:
    """Return after how many seconds reads are served from the cache again."""
    client = Client(token)
    started = time.monotonic()
    while True:
        await client.send("GET", PROBE)
        if client.cache == "hit":
            return round(time.monotonic() - started, 2)
        await asyncio.sleep(0.02)


async def main() -> dict[str, object]:
    """Return the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--token", required=True)
    parser.add_argument("--calm", type=float, required=True)
    parser.add_argument("--away", type=float, required=True)
    options = parser.parse_args()
    pages = [path for n in PROJECTS for path in (f"/api/projects/{n}", f"/api/projects/{n}/tasks?limit=20")]
    oracle = Oracle(0, random.Random(1), {options.token: pages})  # noqa: S311  (nothing secret)
    oracle.rows = sorted({row for shown in await oracle.look() for row in shown})
    load = Load(options.token, oracle)
    tasks = [asyncio.create_task(load.go_on()) for _ in range(CLIENTS)]
    found: dict[str, object] = {}
    damage = Damage(options.token)
    for fault in (*FAULTS, "damaged"):
        if fault == "damaged":
            await damage.remember()
        await hits_after(options.token)
        load.phase = f"before {fault}"
        await asyncio.sleep(options.calm)
        load.phase = fault
        figures: dict[str, object] = {}
        if fault == "damaged":
            figures = {"damaged": await damage.damage(), "wrong": await damage.wrong()}
            figures["hits_after_s"] = await hits_after(options.token)
        else:
            broken, mended = FAULTS[fault]
            await run("sh", "-c", f"systemctl reset-failed redis-server; {broken}")
            if mended is None:
                figures["hits_after_s"] = await hits_after(options.token)
            await asyncio.sleep(options.away)
            if mended is not None:
                await run("sh", "-c", mended)
                figures["hits_after_s"] = await hits_after(options.token)
        load.phase = "between"
        figures["requests"] = len(load.latencies[fault])
        figures["p99_ms"] = load.p99_ms(fault)
        figures["p99_before_ms"] = load.p99_ms(f"before {fault}")
        found[fault] = figures
    for task in tasks:
        task.cancel()
    return {
        "faults": found,
        "statuses": oracle.statuses,
        "lost": oracle.lost,
        "compared": oracle.compared,
        "stale": len(oracle.stale),
        "writes": oracle.writes,
    }


print(json.dumps(asyncio.run(main())))
