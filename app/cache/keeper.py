"""What a worker does for the cache every 0.2 s, even without requests."""

import asyncio
import logging
import time

from psycopg import InterfaceError, OperationalError

from app.cache.health import BEAT_S, Health
from app.cache.store import Store
from app.database.pool import Database
from app.database.queries import queries

GRACE_S = 2.0
"""How long the app has to acknowledge a committed write before the relay renews its tags."""

MOST_AT_ONCE = 1000
"""As in due_touches.sql: with so many, more may be due."""

FORGOTTEN_S = 600.0
"""During an outage, the age at which touches are deleted: by then every worker has noticed the outage."""

log = logging.getLogger("bantam.cache")


class Keeper:
    """
    Pings Redis, acknowledges this worker's writes, and relays all others.

    Every worker relays: renewing a tag twice is harmless, and none has to find out that another one died.
    """

    def __init__(self, database: Database, store: Store, health: Health) -> None:
        self._database = database
        self._store = store
        self._health = health

    async def keep(self) -> None:
        """Run until cancelled, despite any failures."""
        while True:
            await self._health.beat()
            try:
                await self._acknowledge()
                await self._relay()
            except (OperationalError, InterfaceError) as error:
                log.info("the cache keeper is waiting for the database: %s", type(error).__name__)
            await asyncio.sleep(BEAT_S)

    async def _acknowledge(self) -> None:
        ids = self._store.take_renewed()
        if ids:
            try:
                await self._database.write(queries.acknowledge_touches, ids)
            except (OperationalError, InterfaceError):
                self._store.put_back(ids)
                raise

    async def _relay(self) -> None:
        if self._health.outage:
            # They would fill the disk; after the outage, the epoch is renewed anyway.
            await self._database.write(queries.forget_touches, FORGOTTEN_S)
            return
        began = time.monotonic()
        row = await self._database.fetch_row(queries.due_touches, GRACE_S)
        if row is None:
            return
        enabled, ids, tags = row
        self._health.switch(on=enabled)
        # These writes committed before this read, so a token created now is newer.
        if ids:
            if not await self._store.renew(tags):
                return
            await self._database.write(queries.acknowledge_touches, ids)
        if len(ids or ()) < MOST_AT_ONCE:
            self._store.relayed_at = began
