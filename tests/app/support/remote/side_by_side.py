"""
`python -m tests.app.support.remote.side_by_side TOKEN SOCKET`: two releases, another payload each, by turns.

The one on SOCKET gives a project's name in capital letters. Prints how often each answer was not what its
release makes of the last write, and how often it came from the cache.
"""

import asyncio
import json
import random
import sys
import time
from collections import Counter

from tests.app.support.remote.client import SOCKET, Client

PROJECTS = range(51, 56)
TURNS = 2_000
WRITES = 0.1


async def main(token: str, other: str) -> Counter[str]:
    """Return the counts."""
    clients = {"old": Client(token, SOCKET), "new": Client(token, other)}
    names = {number: await renamed(clients["old"], number) for number in PROJECTS}
    counts: Counter[str] = Counter()
    dice = random.Random(1)  # noqa: S311  (nothing secret)
    for _ in range(TURNS):
        release, client = dice.choice(list(clients.items()))
        number = dice.choice(PROJECTS)
        if dice.random() < WRITES:
            names[number] = await renamed(client, number)
            counts[f"{release} writes"] += 1
            continue
        status, body = await client.send("GET", f"/api/projects/{number}")
        wanted = names[number] if release == "old" else names[number].upper()
        counts[f"{release} {client.cache}"] += 1
        counts["wrong"] += status != 200 or json.loads(body)["name"] != wanted
    return counts


async def renamed(client: Client, number: int) -> str:
    """Give the project a new name, and return it."""
    name = f"Named at {time.time_ns()}"
    status, body = await client.send("PATCH", f"/api/projects/{number}", json.dumps({"name": name}).encode())
    if status != 200:
        raise SystemExit(f"{status} {body.decode()}")
    return name


print(json.dumps(asyncio.run(main(*sys.argv[1:]))))
