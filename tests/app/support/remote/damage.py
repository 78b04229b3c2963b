"""A thousand cached pages, each damaged in Redis in one of many ways."""

from collections.abc import Callable
from os import urandom
from pathlib import Path
from random import Random
from typing import cast

from redis.asyncio import Redis

from tests.app.support.remote.client import Client

PAYLOADS = 1_000
PATHS = [f"/api/projects/{40 + n // 50}/tasks?limit={1 + n % 50}" for n in range(PAYLOADS)]
WAYS: tuple[Callable[[bytes, Random], bytes], ...] = (
    lambda kept, dice: _with(kept, dice.randrange(len(kept)), dice.randrange(1, 256)),
    lambda kept, dice: kept[: dice.randrange(len(kept))],
    lambda kept, _: kept + b"x",
    lambda kept, _: urandom(len(kept)),
    lambda _kept, _dice: b"{}",
    lambda kept, _: b"b1" + kept[2:],
)


def _with(kept: bytes, at: int, by: int) -> bytes:
    return kept[:at] + bytes([kept[at] ^ by]) + kept[at + 1 :]


class Damage:
    """The pages before the damage, so that any other response is noticed."""

    def __init__(self, token: str) -> None:
        self._client = Client(token)
        self._bodies: dict[str, bytes] = {}
        self._redis = Redis(
            unix_socket_path="/run/redis/redis.sock",
            username="bantam",
            password=Path("/etc/bantam/credentials/redis-password").read_text("utf-8").strip(),
        )

    async def remember(self) -> None:
        """Read every page, so that it is cached."""
        for path in PATHS:
            _, self._bodies[path] = await self._client.send("GET", path)

    async def damage(self) -> int:
        """Damage the cached values, and return how many; some get the value of another page, or a list."""
        dice = Random(1)  # noqa: S311  (nothing secret)
        keys = [key async for key in self._redis.scan_iter("bantam:project_tasks.*", count=1000)]
        for turn, key in enumerate(keys):
            kept = cast("bytes", await self._redis.get(key))
            if turn % 8 == 6:
                await self._redis.set(keys[turn - 1], kept, ex=600)
            elif turn % 8 == 7:
                await self._redis.unlink(key)
                await self._redis.rpush(key, kept)
            else:
                await self._redis.set(key, WAYS[turn % 8](kept, dice), ex=600)
        return len(keys)

    async def wrong(self) -> int:
        """Read every page again; return how many responses differ."""
        answers = [(path, await self._client.send("GET", path)) for path in PATHS]
        return sum(answer != (200, self._bodies[path]) for path, answer in answers)
