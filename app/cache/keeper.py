"""What a worker does for the cache every fifth of a second, whether or not anybody asks it something."""

import asyncio
import logging

from psycopg import InterfaceError, OperationalError

from app.cache.health import BEAT_S, Health
from app.cache.store import Store
from app.database.pool import Database
from app.database.queries import queries

GRACE_S = 2.0
"""How long the app may take from a write's commit to its acknowledgement before the relay does its work."""

FORGOTTEN_S = 600.0
"""How old a write is that no worker could relay: by now each has noticed the outage."""

log = logging.getLogger("bantam.cache")


class Keeper:
    """
    Beats, acknowledges this worker's writes, and relays everybody else's.

    Every worker relays: the renewal of a tag is harmless twice, and no worker must wait for another to die.
    """

    def __init__(self, database: Database, store: Store, health: Health) -> None:
        self._database = database
        self._store = store
        self._health = health

    async def keep(self) -> None:
        """Go on until cancelled; no failure ends it."""
        while True:
            await self._health.beat()
            try:
                await self._acknowledge()
                await self._relay()
            except (OperationalError, InterfaceError) as error:
                log.info("the cache's keeper waits for the database: %s", type(error).__name__)
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
            # They would fill the disk meanwhile; whoever comes out of the outage renews the epoch.
            await self._database.write(queries.forget_touches, FORGOTTEN_S)
            return
        row = await self._database.fetch_row(queries.due_touches, GRACE_S)
        if row is None:
            return
        enabled, ids, tags = row
        self._health.switch(on=enabled)
        # Committed before they were read here, so a token made now is younger.
        if ids and await self._store.renew(tags):
            await self._database.write(queries.acknowledge_touches, ids)
