"""All Redis reads of one event loop iteration share one MGET."""

import asyncio
from collections.abc import Sequence
from typing import cast

from redis.asyncio import Redis

Reader = tuple[Sequence[str], asyncio.Future[list[bytes | None]]]

LARGEST = 500
"""Keys of one MGET; Redis serves other clients only afterwards."""


class Batcher:
    """
    An MGET for many readers costs little more than one for a single reader: most of it is the round trip.

    Each reader gets the values of its own keys, or the error that its batch failed with.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._waiting: list[Reader] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def mget(self, keys: Sequence[str]) -> list[bytes | None]:
        """Return the values of the keys, in the same order."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[bytes | None]] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._send)
        self._waiting.append((keys, answer))
        return await answer

    def _send(self) -> None:
        waiting, self._waiting = self._waiting, []
        while waiting:
            batch: list[Reader] = []
            room = LARGEST
            while waiting and (not batch or len(waiting[-1][0]) <= room):
                batch.append(waiting.pop())
                room -= len(batch[-1][0])
            task = asyncio.get_running_loop().create_task(self._fetch(batch))
            # The loop holds tasks weakly.
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _fetch(self, batch: list[Reader]) -> None:
        try:
            values = await self._redis.mget([key for keys, _ in batch for key in keys])
        except BaseException as error:  # noqa: BLE001  (every waiting reader has to get it)
            for _, answer in batch:
                if not answer.done():
                    answer.set_exception(error)
            return
        at = 0
        for keys, answer in batch:
            end = at + len(keys)
            if not answer.done():
                answer.set_result(cast("list[bytes | None]", values[at:end]))
            at = end
