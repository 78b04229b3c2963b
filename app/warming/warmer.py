"""What a worker does to keep the cache warm: it stores popularity, and warms after a flush."""

import asyncio
import logging
import time

from psycopg import Error
from redis.exceptions import RedisError
from starlette.types import ASGIApp

from app.cache.warmth import LONGEST_S
from app.services import Services
from app.warming.warming import warm

POLL_S = 1.0
REMEMBER_S = 10.0

log = logging.getLogger("bantam.cache")


class Warmer:
    """Every worker checks the epoch; one of them warms."""

    def __init__(self, services: Services, app: ASGIApp) -> None:
        self._services = services
        self._app = app
        self._remembered = time.monotonic()

    async def keep(self) -> None:
        """Run until cancelled, despite any failures."""
        while True:
            await asyncio.sleep(POLL_S)
            try:
                await self._remember()
                await self._warm()
            except (Error, RedisError, OSError) as error:
                log.info("the cache warmer is waiting: %s", type(error).__name__)
            except Exception:
                log.exception("the cache was not warmed")

    async def _remember(self) -> None:
        if time.monotonic() - self._remembered >= REMEMBER_S:
            self._remembered = time.monotonic()
            await self._services.popularity.remember(self._services.database)

    async def _warm(self) -> None:
        cache = self._services.cache
        if not cache.health.may_be_read:
            return
        epoch = await cache.warmth.begin()
        if epoch is None:
            return
        async with asyncio.timeout(LONGEST_S):
            if await warm(self._services, self._app, log.warning):
                await cache.warmth.end(epoch)
