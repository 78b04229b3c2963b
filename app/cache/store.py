"""
Reads cached in Redis: never older than an acknowledged write, and not needed when Redis is unavailable.

The protocol and why it is correct: docs/caching.md.
"""

import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from random import uniform
from typing import TypeVar, cast

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from app.cache import value
from app.cache.batcher import Batcher
from app.cache.health import Health
from app.cache.policy import MARK_SECONDS, TAG_SECONDS, Entry
from app.cache.statistics import Outcome, Statistics
from app.cache.touches import Touched
from app.cache.value import Cached

T = TypeVar("T")

TAG = "tag:"
# Entries stored at the same moment must not all expire at the same moment.
JITTER = 0.1


@dataclass(frozen=True, slots=True)
class Lookup:
    """The result of a lookup: the valid value, if any, and the stamp to store a new one under."""

    entry: Entry
    cached: Cached | None = None
    stamp: bytes | None = None
    outcome: Outcome = "off"
    size: int = 0

    @property
    def is_due(self) -> bool:
        """Whether the value, though valid, should be refreshed in the background."""
        early_s = self.entry.policy.early_s
        return self.cached is not None and early_s is not None and time.time() - self.cached.made_at > early_s


class Store:
    """Every method returns within a few timeouts and raises nothing: a slow or missing Redis is a miss."""

    def __init__(self, redis: Redis, prefix: str, health: Health, statistics: Statistics) -> None:
        self._redis = redis
        self._prefix = prefix
        self._batcher = Batcher(redis)
        self._renewed: list[int] = []
        self.relayed_at = 0.0
        """When the relay last began a look after which nothing that was due was left."""
        self.health = health
        self.statistics = statistics

    async def lookup(self, *entries: Entry) -> list[Lookup]:
        """Look up entries with one MGET of the values and of their tags' tokens."""
        started = time.perf_counter()
        found = await self.peek(*entries)
        for each in found:
            self.statistics.read(each.entry, each.outcome, each.size)
        if self.health.may_be_read:
            self.statistics.took(entries, time.perf_counter() - started)
        return found

    async def peek(self, *entries: Entry) -> list[Lookup]:
        """Look up without counting a read, for a reader that was already counted and waits for a fill."""
        if not self.health.may_be_read:
            return [Lookup(entry) for entry in entries]
        keys = [self._prefix + name for entry in entries for name in (entry.key, *_tag_keys(entry.tags))]
        try:
            values = await self._batcher.mget(keys)
            return await self._found(entries, keys, values)
        except (RedisError, OSError):
            self.statistics.failed("read")
            return [Lookup(entry) for entry in entries]

    async def _found(
        self, entries: Sequence[Entry], keys: Sequence[str], values: list[bytes | None]
    ) -> list[Lookup]:
        found = []
        at = 0
        for entry in entries:
            end = at + 1 + len(entry.tags)
            kept, tokens = values[at], values[at + 1 : end]
            if None in tokens:
                # No older value can be valid without a token, so only the stamp is of use.
                tokens = [await self._token(key) for key in keys[at + 1 : end]]
            found.append(await self._judged(entry, keys[at], kept, value.stamp(tokens)))
            at = end
        return found

    async def _judged(self, entry: Entry, key: str, kept: bytes | None, stamp: bytes | None) -> Lookup:
        if kept is None:
            return Lookup(entry, None, stamp, "miss")
        if not value.is_intact(key.encode(), kept):
            await self._redis.unlink(key)
            return Lookup(entry, None, stamp, "damaged")
        validated = None if stamp is None else value.validated(stamp, kept)
        return Lookup(entry, validated, stamp, "stale" if validated is None else "hit", len(kept))

    async def _token(self, key: str) -> bytes:
        fresh = value.fresh_token()
        try:
            standing = await self._redis.set(key, fresh, nx=True, get=True, ex=TAG_SECONDS)
        except ResponseError:
            # A key of another type cannot be a token; the next reader finds none.
            await self._redis.unlink(key)
            raise
        return cast("bytes | None", standing) or fresh

    async def put(
        self, found: Lookup, payload: bytes, made_at: float, *, at_most_s: int | None = None
    ) -> None:
        """Store `payload`, queried at `made_at`, unless one of its tags was marked or had no token."""
        policy = found.entry.policy
        seconds = policy.seconds if at_most_s is None else min(policy.seconds, at_most_s)
        if (
            found.stamp is None
            or len(payload) > policy.max_bytes
            or seconds < 1
            or not self.health.may_be_read
        ):
            return
        key = self._prefix + found.entry.key
        compress = policy.compress_from is not None and len(payload) >= policy.compress_from
        kept = value.encode(key.encode(), found.stamp, payload, made_at=int(made_at), compress=compress)
        milliseconds = int(1000 * seconds * uniform(1 - JITTER, 1))  # noqa: S311  (nothing secret)
        try:
            await self._redis.set(key, kept, px=milliseconds)
        except (RedisError, OSError):
            self.statistics.failed("keep")
            return
        self.statistics.kept(found.entry, len(kept))

    async def drop(self, entry: Entry) -> bool:
        """Delete an entry, whatever its tags say; return whether it was there."""
        try:
            return bool(await self._redis.unlink(self._prefix + entry.key))
        except (RedisError, OSError):
            self.statistics.failed("keep")
            return False

    async def change(self, tags: Sequence[str], write: Callable[[Touched], Awaitable[T]]) -> T:
        """
        Run a write that changes rows of `tags`; when this returns, no value from before it is served.

        If this process dies during the write, or its outcome is unknown, no value is served under the marks
        until the relay has seen the commit and renewed the tags; without a commit the marks expire.
        """
        touched = Touched()
        await self._replace(tags, value.mark_token, MARK_SECONDS)
        try:
            return await write(touched)
        finally:
            if not touched.in_doubt and await self._renewed_or_outage_known((*tags, *touched.tags)):
                self._renewed += touched.ids

    async def _renewed_or_outage_known(self, tags: Sequence[str]) -> bool:
        """Return whether the tags are renewed; if not, every worker has noticed the outage by now."""
        while not await self.renew(tags):
            if not self.health.others_may_be_unaware:
                return False
            await self.health.next_beat()
        return True

    def take_renewed(self) -> list[int]:
        """Return the writes to acknowledge: their tags are renewed."""
        taken, self._renewed = self._renewed, []
        return taken

    def put_back(self, ids: list[int]) -> None:
        """Put writes back, to be acknowledged later."""
        self._renewed += ids

    async def renew(self, tags: Sequence[str]) -> bool:
        """Give the tags fresh tokens; return whether Redis has them."""
        return await self._replace(tags, value.fresh_token, TAG_SECONDS)

    async def _replace(self, tags: Sequence[str], token: Callable[[], bytes], seconds: int) -> bool:
        if not tags or self.health.is_configured_off:
            return True
        if self.health.outage:
            return False
        keys = [self._prefix + key for key in _tag_keys(dict.fromkeys(tags))]
        try:
            async with self._redis.pipeline(transaction=False) as pipeline:
                for key in keys:
                    pipeline.set(key, token(), ex=seconds)
                answers = await pipeline.execute(raise_on_error=False)
            if any(isinstance(answer, ResponseError) for answer in answers):
                # Redis has no memory for a token; deleting it invalidates the values as well.
                await self._redis.unlink(*keys)
        except (RedisError, OSError):
            self.statistics.failed("renew")
            return False
        return True


def _tag_keys(tags: Iterable[str]) -> tuple[str, ...]:
    return tuple(TAG + tag for tag in tags)
