"""What an inspected hit is found to be, of a store without a server."""

import asyncio
import time
from collections.abc import Sequence

import pytest

from app.agency.cache_policies import ADMIN_DASHBOARD, POLICIES, PROJECT, USER_DASHBOARD
from app.cache import inspector
from app.cache.inspector import QUARTER_HOUR_S, Inspector
from app.cache.policy import ACCESS, Entry
from app.cache.statistics import FINDINGS, Statistics
from app.cache.store import Lookup, Store
from app.cache.value import Cached

STAMP, RENEWED = b"a stamp", b"another stamp"
NOW = int(time.time())
THIS_QUARTER = NOW - NOW % QUARTER_HOUR_S


class Standing(Store):
    """Every tag has the token of `stamp`; what is dropped is remembered."""

    def __init__(self, stamp: bytes | None = STAMP, payload: bytes = b"served") -> None:
        self.stamp = stamp
        self.payload = payload
        self.made_at = NOW
        self.relayed_at = float("inf")
        self.dropped: list[Entry] = []

    async def peek(self, *entries: Entry) -> list[Lookup]:
        return [Lookup(entry, Cached(self.payload, self.made_at), self.stamp) for entry in entries]

    async def drop(self, entry: Entry) -> bool:
        is_there = entry not in self.dropped
        self.dropped.append(entry)
        return is_there


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspector, "RENEWED_S", 0)
    monkeypatch.setattr(inspector, "SHARE_OF_TIME", 1)


def hit(entry: Entry, payload: bytes = b"served", made_at: int = NOW) -> Lookup:
    return Lookup(entry, Cached(payload, made_at), STAMP, "hit")


def found(
    store: Standing, *hits: Lookup, again: Sequence[bytes | None] = (b"other",), share: float = 1.0
) -> dict[str, int]:
    """How many hits were found to be what, each served on its own."""
    statistics = Statistics(None, "1", POLICIES)
    inspecting = Inspector(store, statistics, share)

    async def read() -> Sequence[bytes | None]:
        return again

    async def serve() -> None:
        for each in hits:
            inspecting.served([each], read)
            await asyncio.sleep(0.02)

    asyncio.run(serve())

    def count(finding: str, namespace: str) -> float:
        labels = {"namespace": namespace, "finding": finding}
        return statistics.registry.get_sample_value("bantam_cache_inspections_total", labels) or 0

    return {
        finding: number
        for finding in FINDINGS
        if (number := int(sum(count(finding, policy.namespace) for policy in POLICIES)))
    }


def test_the_same_bytes_are_right() -> None:
    assert found(Standing(), hit(PROJECT.entry(project=1)), again=[b"served"]) == {"right": 1}


@pytest.mark.parametrize("again", [b"other", None], ids=["other bytes", "gone"])
def test_other_bytes_under_the_same_tokens_are_wrong_and_dropped(again: bytes | None) -> None:
    store = Standing()

    assert found(store, hit(PROJECT.entry(project=1)), again=[again]) == {"wrong": 1}
    assert store.dropped == [PROJECT.entry(project=1)]


def test_what_another_worker_has_dropped_is_not_wrong_twice() -> None:
    store = Standing()
    entry = PROJECT.entry(project=1)

    assert found(store, hit(entry)) == {"wrong": 1}
    assert found(store, hit(entry)) == {"undecided": 1}


def test_what_was_filled_again_is_not_dropped() -> None:
    store = Standing(payload=b"filled again")

    assert found(store, hit(PROJECT.entry(project=1))) == {"undecided": 1}
    assert store.dropped == []


def test_while_the_relay_is_behind_nothing_is_wrong() -> None:
    store = Standing()
    store.relayed_at = time.monotonic()

    assert found(store, hit(PROJECT.entry(project=1))) == {"undecided": 1}


def test_of_another_caller_only_the_access_is_compared() -> None:
    statistics = Statistics(None, "1", POLICIES)
    access = ACCESS.entry(token="x")
    store = Standing()
    inspecting = Inspector(store, statistics, 1.0)

    async def read() -> Sequence[bytes | None]:
        return [None]

    async def serve() -> None:
        inspecting.served([hit(access), hit(PROJECT.entry(project=1))], read)
        await asyncio.sleep(0.02)

    asyncio.run(serve())

    assert store.dropped == [access]


@pytest.mark.parametrize("stamp", [RENEWED, None], ids=["renewed", "Redis is away"])
def test_other_bytes_after_a_write_are_undecided_and_kept(stamp: bytes | None) -> None:
    store = Standing(stamp)

    assert found(store, hit(PROJECT.entry(project=1))) == {"undecided": 1}
    assert store.dropped == []


@pytest.mark.parametrize(
    ("made_at", "finding"), [(THIS_QUARTER - 1, "undecided"), (NOW, "wrong")], ids=["another day", "today"]
)
def test_figures_of_a_day_are_compared_within_it(made_at: int, finding: str) -> None:
    store = Standing()
    store.made_at = made_at

    assert found(store, hit(USER_DASHBOARD.entry(user=1), made_at=made_at)) == {finding: 1}


def test_what_may_be_old_is_never_inspected() -> None:
    assert found(Standing(), hit(ADMIN_DASHBOARD.entry(user=1))) == {}


def test_a_share_of_the_hits_is_inspected() -> None:
    hits = [hit(PROJECT.entry(project=number)) for number in range(9)]

    assert found(Standing(), *hits, share=0.25) == {"wrong": 2}


def test_no_entry_is_inspected_twice_within_half_a_minute() -> None:
    entries = [PROJECT.entry(project=number) for number in (1, 1, 2, 1, 2)]

    assert found(Standing(), *map(hit, entries)) == {"wrong": 2}


def test_a_slow_statement_is_rested_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspector, "SHARE_OF_TIME", 0.01)
    statistics = Statistics(None, "1", POLICIES)
    inspecting = Inspector(Standing(), statistics, 1.0)
    read: list[None] = []

    async def slow() -> Sequence[bytes | None]:
        read.append(None)
        await asyncio.sleep(0.02)
        return [b"served"]

    async def serve() -> None:
        for number in range(20):
            inspecting.served([hit(PROJECT.entry(project=number))], slow)
            await asyncio.sleep(0.01)

    asyncio.run(serve())

    # Ninety-nine times as long as it took.
    assert len(read) == 1
