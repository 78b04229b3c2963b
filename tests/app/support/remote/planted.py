"""
`planted --token TOKEN --values N --seconds S`: cached values that look valid and are wrong.

Each has a byte more than the database would give. They are read over and over until none is served any more.
"""

import argparse
import asyncio
import json
import time
from pathlib import Path
from typing import Any, cast

from redis.asyncio import Redis

from app.cache.value import COMPRESSED, HEADER_BYTES, TOKEN_BYTES, encode, validated
from tests.app.support.remote.client import Client

CLIENTS = 4
PASSWORD = Path("/etc/bantam/credentials/redis-password").read_text("utf-8").strip()
POLICIES = ("project", "project_tasks")
TAGS = 2
"""Of each of these policies' values: the project, and the epoch."""


async def main() -> dict[str, Any]:
    """Plant, read, and say how many were found when, and whether every page is right afterwards."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--token", required=True)
    parser.add_argument("--values", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    options = parser.parse_args()
    projects = range(1, 1 + options.values // 2)
    paths = [f"/api/projects/{project}{rest}" for project in projects for rest in ("", "/tasks?limit=20")]
    clients = [Client(options.token) for _ in range(CLIENTS)]
    bodies = await _read(clients, paths)
    await _read(clients, paths)
    before = await _wrong(clients[0])
    redis = Redis(
        unix_socket_path="/run/redis/redis.sock",
        username="bantam",
        password=PASSWORD,
    )
    planted = await _plant(redis, {str(project) for project in projects})
    await redis.aclose()
    served = await _read(clients, paths)
    started, reads, afterwards = time.monotonic(), 0, served
    while afterwards != bodies and time.monotonic() - started < options.seconds:
        afterwards = await _read(clients, paths)
        reads += len(paths)
    seconds = time.monotonic() - started
    # What was found last is counted when it is dropped.
    found = await _wrong(clients[0]) - before
    return {
        "planted": planted,
        "served_wrong": sum(served[path] != bodies[path] for path in paths),
        "found": found,
        "seconds": round(seconds, 1),
        "reads": reads,
        "wrong_afterwards": sum(afterwards[path] != bodies[path] for path in paths),
    }


async def _read(clients: list[Client], paths: list[str]) -> dict[str, bytes]:
    bodies: dict[str, bytes] = {}
    left = iter(paths)

    async def read(client: Client) -> None:
        for path in left:
            status, bodies[path] = await client.send("GET", path)
            assert status == 200, f"{path} answers {status}"

    await asyncio.gather(*map(read, clients))
    return bodies


async def _wrong(client: Client) -> int:
    _, body = await client.send("GET", "/api/admin/cache-stats")
    return sum(each["wrong"] for each in json.loads(body)["namespaces"])


async def _plant(redis: Redis, projects: set[str]) -> int:
    planted = 0
    for policy in POLICIES:
        async for key in redis.scan_iter(f"bantam:{policy}.*", count=1000):
            if key.decode().split(":")[2] not in projects:
                continue
            kept = cast("bytes", await redis.get(key))
            stamp = kept[HEADER_BYTES : HEADER_BYTES + TAGS * TOKEN_BYTES]
            value = validated(stamp, kept)
            assert value is not None
            wrong = encode(
                key, stamp, value.payload + b" ", made_at=value.made_at, compress=kept[6:7] == COMPRESSED
            )
            await redis.set(key, wrong, keepttl=True)
            planted += 1
    return planted


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main())))
