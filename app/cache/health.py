"""Whether Redis is available: every worker pings it regularly, so even an idle one notices an outage."""

import asyncio
import logging
import time

from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.cache import value
from app.cache.policy import EPOCH, TAG_SECONDS

BEAT_S = 0.2
BEAT_TIMEOUT_S = 0.25
FAILED_BEATS = 2
"""Failed beats in a row that make an outage; a single one may just be a busy server."""

NOTICED_S = 2 * FAILED_BEATS * (BEAT_S + BEAT_TIMEOUT_S)
"""Twice the time within which all workers notice an outage after the first one."""

log = logging.getLogger("bantam.cache")


class Health:
    """
    The state of Redis as this worker sees it: available, an outage, or switched off at run time.

    During an outage nobody reads from the cache, and writers cannot renew tags. So after one, a worker renews
    the epoch before it reads anything: this invalidates every older value.
    """

    def __init__(self, redis: Redis, prefix: str, *, enabled: bool) -> None:
        self._redis = redis
        self._prefix = prefix
        self._failed = 0
        self._since: float | None = None
        self._beaten = asyncio.Event()
        self.is_configured_off = not enabled
        self.is_switched_on = True

    @property
    def outage(self) -> bool:
        """Whether Redis is unavailable."""
        return self._since is not None

    @property
    def is_wanted(self) -> bool:
        """Whether the cache is configured and switched on."""
        return self.is_switched_on and not self.is_configured_off

    @property
    def may_be_read(self) -> bool:
        """Whether reads may use the cache."""
        return self.is_wanted and self._since is None

    @property
    def others_may_be_unaware(self) -> bool:
        """Whether another worker may still serve old values: no outage noticed here, or only a moment ago."""
        return self._since is None or time.monotonic() - self._since < NOTICED_S

    async def next_beat(self) -> None:
        """Wait for the next beat."""
        await self._beaten.wait()

    async def beat(self) -> None:
        """Ping Redis; after an outage, also renew the epoch."""
        try:
            async with asyncio.timeout(BEAT_TIMEOUT_S):
                await self._redis.ping()
                if self.outage:
                    await self._redis.set(f"{self._prefix}tag:{EPOCH}", value.fresh_token(), ex=TAG_SECONDS)
        except (RedisError, OSError, TimeoutError) as error:
            self._failed += 1
            if self._failed >= FAILED_BEATS and not self.outage:
                log.warning("Redis is not responding (%s); reads go to the database", type(error).__name__)
                self._since = time.monotonic()
        else:
            if self.outage:
                log.warning("Redis is available again")
            self._failed, self._since = 0, None
        self._beaten.set()
        self._beaten = asyncio.Event()

    def switch(self, *, on: bool) -> None:
        """Switch reads on or off; writes always renew tags, so it can be switched on again at any time."""
        if on != self.is_switched_on:
            log.warning("the cache was switched %s", "on" if on else "off")
        self.is_switched_on = on
