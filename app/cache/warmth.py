"""Whether the cache is warm: recorded in Redis itself, so that a flush deletes this too."""

from typing import cast

from redis.asyncio import Redis

from app.cache import value
from app.cache.policy import EPOCH, TAG_SECONDS

LONGEST_S = 60
"""How long one worker may warm alone; if it dies, another one takes over."""


class Warmth:
    """Redis is warm while its epoch is the warmed one; a flush, an outage or a seed starts a new epoch."""

    def __init__(self, redis: Redis, prefix: str) -> None:
        self._redis = redis
        self._epoch = f"{prefix}tag:{EPOCH}"
        self._warmed = f"{prefix}warmed"
        self._lock = f"{prefix}warming"

    async def begin(self) -> bytes | None:
        """Return the epoch that this worker should warm, None if it is warm or another worker warms it."""
        found = await self._redis.mget(self._epoch, self._warmed)
        epoch, warmed = cast("list[bytes | None]", found)
        if epoch is None:
            fresh = value.fresh_token()
            standing = await self._redis.set(self._epoch, fresh, nx=True, get=True, ex=TAG_SECONDS)
            epoch = cast("bytes | None", standing) or fresh
        if epoch == warmed or not await self._redis.set(self._lock, b"", nx=True, ex=LONGEST_S):
            return None
        return epoch

    async def end(self, epoch: bytes) -> None:
        """Record for all workers that this epoch is warm."""
        await self._redis.set(self._warmed, epoch, ex=TAG_SECONDS)
        await self._redis.unlink(self._lock)
