"""
Reads kept in Redis: never older than an acknowledged write, and never missed when Redis is away.

The protocol and why it is right: docs/app.md.
"""

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from app import cache_value
from app.batcher import Batcher
from app.cache_policy import MARK_SECONDS, TAG_SECONDS, Entry
from app.settings import RedisSettings

TAG = "tag:"

log = logging.getLogger("bantam.cache")


@dataclass(frozen=True, slots=True)
class Found:
    """What the cache knows of an entry: its payload, and the stamp that a new one may be stored under."""

    entry: Entry
    payload: bytes | None = None
    stamp: bytes | None = None


class Cache:
    """Every method returns within a few time-outs and raises nothing: Redis away or slow is a miss."""

    def __init__(self, settings: RedisSettings, password: str) -> None:
        self.enabled = settings.enabled
        self._prefix = settings.key_prefix
        self._away = False
        timeout = settings.timeout_ms / 1000
        self._redis = Redis(
            unix_socket_path=settings.socket,
            username=settings.username,
            password=password,
            socket_timeout=timeout,
            socket_connect_timeout=timeout,
            retry=Retry(NoBackoff(), 0),
            max_connections=100,
        )
        self._batcher = Batcher(self._redis)

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()

    async def answers(self) -> bool:
        """Return whether Redis is there."""
        try:
            await self._redis.ping()
        except (RedisError, OSError):
            return False
        return True

    async def read(self, *entries: Entry) -> list[Found]:
        """Return what is known of each entry, by one MGET of the values and of their tags' tokens."""
        if not self.enabled:
            return [Found(entry) for entry in entries]
        keys = [self._prefix + name for entry in entries for name in (entry.key, *_tag_keys(entry))]
        try:
            values = await self._batcher.mget(keys)
            found = await self._found(entries, keys, values)
        except (RedisError, OSError) as error:
            self._lost(error)
            return [Found(entry) for entry in entries]
        self._back()
        return found

    async def _found(
        self, entries: Sequence[Entry], keys: Sequence[str], values: list[bytes | None]
    ) -> list[Found]:
        found = []
        at = 0
        for entry in entries:
            end = at + 1 + len(entry.tags)
            value, tokens = values[at], values[at + 1 : end]
            if None in tokens:
                # Nothing made before now can be believed, so only the stamp is of use.
                tokens = [await self._token(key) for key in keys[at + 1 : end]]
                value = None
            stamp = cache_value.stamp(tokens)
            payload = None
            if value is not None and stamp is not None:
                payload = cache_value.decode(keys[at].encode(), stamp, value)
            found.append(Found(entry, payload, stamp))
            at = end
        return found

    async def _token(self, key: str) -> bytes:
        fresh = cache_value.fresh_token()
        standing = await self._redis.set(key, fresh, nx=True, get=True, ex=TAG_SECONDS)
        return cast("bytes | None", standing) or fresh

    async def store(self, found: Found, payload: bytes, *, at_most_s: int | None = None) -> None:
        """Keep `payload`, made after `found` was read; not while a writer stands before one of its tags."""
        policy = found.entry.policy
        seconds = policy.seconds if at_most_s is None else min(policy.seconds, at_most_s)
        if found.stamp is None or len(payload) > policy.max_bytes or seconds < 1:
            return
        key = self._prefix + found.entry.key
        try:
            await self._redis.set(key, cache_value.encode(key.encode(), found.stamp, payload), ex=seconds)
        except (RedisError, OSError) as error:
            self._lost(error)

    @asynccontextmanager
    async def changing(self, *tags: str) -> AsyncIterator[None]:
        """
        Around a transaction that changes rows of `tags`: afterwards no value made before it is believed.

        If this process dies inside, the marks expire after MARK_SECONDS and take the old values with them.
        """
        await self._renew(tags, cache_value.mark_token, MARK_SECONDS)
        try:
            yield
        finally:
            # Also after an error: a commit whose answer was lost may have happened.
            await self._renew(tags, cache_value.fresh_token, TAG_SECONDS)

    async def _renew(self, tags: Sequence[str], token: Callable[[], bytes], seconds: int) -> None:
        if not self.enabled:
            return
        try:
            async with self._redis.pipeline(transaction=False) as pipeline:
                for tag in tags:
                    pipeline.set(self._prefix + TAG + tag, token(), ex=seconds)
                await pipeline.execute()
        except (RedisError, OSError) as error:
            self._lost(error)
            return
        self._back()

    def _lost(self, error: Exception) -> None:
        if not self._away:
            log.warning("Redis does not answer (%s); reads go to the database", type(error).__name__)
        self._away = True

    def _back(self) -> None:
        if self._away:
            log.warning("Redis answers again")
        self._away = False


def _tag_keys(entry: Entry) -> tuple[str, ...]:
    return tuple(TAG + tag for tag in entry.tags)
