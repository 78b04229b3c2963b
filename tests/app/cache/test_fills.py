"""Fills in the background, of a store without a server."""

import asyncio

import pytest
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis

from app.agency.cache_policies import POLICIES, USER_DASHBOARD
from app.cache.fills import Fills
from app.cache.statistics import Statistics
from app.cache.store import Lookup, Store
from app.database.sql import Sql
from app.database.timings import ASKER, Asker, Timings

ENTRY = USER_DASHBOARD.entry(user=1)
SELECT = Sql(b"SELECT 1", "dashboard_user")


class Emptied(Store):
    """Every entry can be filled, and none is there."""

    def __init__(self) -> None:
        pass

    async def peek(self, *_entries: object) -> list[Lookup]:
        return [Lookup(ENTRY, None, b"a stamp")]


@pytest.mark.parametrize("route", ["PATCH /api/tasks/{id}", "GET /api/dashboard"])
def test_a_refill_is_not_counted_as_the_requests(route: str) -> None:
    registry = CollectorRegistry()
    timings = Timings(registry)
    fills = Fills(Redis(), "test:", Emptied(), Statistics(None, "1", POLICIES), at_once=1)

    async def request() -> None:
        ASKER.set(Asker(route))
        filled = asyncio.Event()

        async def fill(_found: Lookup) -> None:
            timings.took(SELECT, 0.001)
            filled.set()

        fills.in_background(Lookup(ENTRY), fill)
        async with asyncio.timeout(5):
            await filled.wait()

    asyncio.run(request())

    def counted(of: str) -> float | None:
        labels = {"route": of, "statement": SELECT.name}
        return registry.get_sample_value("bantam_statement_seconds_count", labels)

    assert counted(route) is None
    assert counted("in the background") == 1
