"""Whether Redis answers, known by one beat that every worker keeps; an outage is noticed even by the idle."""

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
"""Beats in a row that fail before it is an outage: one is a busy machine."""

NOTICED_S = 2 * FAILED_BEATS * (BEAT_S + BEAT_TIMEOUT_S)
"""How long after one worker all others have noticed an outage, twice over."""

log = logging.getLogger("bantam.cache")


class Health:
    """
    What a worker knows of Redis: there, away (an outage), or switched off at run time.

    During an outage nobody reads, and writers cannot renew tags. So whoever comes out of one renews the epoch
    before reading anything: every value from before is dead.
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
        """Whether Redis is away."""
        return self._since is not None

    @property
    def is_wanted(self) -> bool:
        """Whether anybody wants a cache: configured and switched on."""
        return self.is_switched_on and not self.is_configured_off

    @property
    def may_be_read(self) -> bool:
        """Whether what Redis says may be believed."""
        return self.is_wanted and self._since is None

    @property
    def others_may_be_unaware(self) -> bool:
        """Whether another worker may still believe old values: no outage yet here, or a young one."""
        return self._since is None or time.monotonic() - self._since < NOTICED_S

    async def next_beat(self) -> None:
        """Return after the next beat."""
        await self._beaten.wait()

    async def beat(self) -> None:
        """Ask Redis whether it is there."""
        try:
            async with asyncio.timeout(BEAT_TIMEOUT_S):
                await self._redis.ping()
                if self.outage:
                    await self._redis.set(f"{self._prefix}tag:{EPOCH}", value.fresh_token(), ex=TAG_SECONDS)
        except (RedisError, OSError, TimeoutError) as error:
            self._failed += 1
            if self._failed >= FAILED_BEATS and not self.outage:
                log.warning("Redis does not answer (%s); reads go to the database", type(error).__name__)
                self._since = time.monotonic()
        else:
            if self.outage:
                log.warning("Redis answers again")
            self._failed, self._since = 0, None
        self._beaten.set()
        self._beaten = asyncio.Event()

    def switch(self, *, on: bool) -> None:
        """Read from the cache, or not; writes renew tags either way, so that it may be switched on again."""
        if on != self.is_switched_on:
            log.warning("the cache was switched %s", "on" if on else "off")
        self.is_switched_on = on
