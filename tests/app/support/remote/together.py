"""
Concurrent requests and their statuses.

`python -m tests.app.support.remote.together TOKEN COUNT METHOD PATH [BODY]`, on the server.
"""

import asyncio
import sys
from collections import Counter

from tests.app.support.remote.client import Client


async def status(token: str, method: str, path: str, body: str) -> str:
    """Return the response's status, or that there was none."""
    try:
        return str((await Client(token).send(method, path, body.encode()))[0])
    except OSError:
        return "none"


async def main(token: str, count: str, method: str, path: str, body: str = "") -> None:
    """Print how often each status came."""
    statuses = await asyncio.gather(*(status(token, method, path, body) for _ in range(int(count))))
    print(*(f"{name}:{times}" for name, times in sorted(Counter(statuses).items())))


asyncio.run(main(*sys.argv[1:]))
