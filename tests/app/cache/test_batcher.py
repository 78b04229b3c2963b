import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import pytest
from redis.exceptions import TimeoutError as RedisTimeoutError

from app.cache.batcher import LARGEST, Batcher

if TYPE_CHECKING:
    from redis.asyncio import Redis


class Values:
    """Returns the keys of an MGET as its values, and records the requests."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked: list[list[str]] = []
        self._error = error

    async def mget(self, keys: list[str]) -> list[bytes | None]:
        self.asked.append(keys)
        await asyncio.sleep(0)
        if self._error:
            raise self._error
        return [key.encode() for key in keys]


def batcher(values: Values) -> Batcher:
    return Batcher(cast("Redis", values))


async def together(values: Values, *wanted: Sequence[str]) -> list[list[bytes | None] | BaseException]:
    several = batcher(values)
    return await asyncio.gather(*(several.mget(keys) for keys in wanted), return_exceptions=True)


def test_readers_of_one_loop_iteration_share_a_request_and_get_their_own_values() -> None:
    values = Values()

    found = asyncio.run(together(values, ["a", "b"], ["c"], ["d", "e", "f"]))

    assert found == [[b"a", b"b"], [b"c"], [b"d", b"e", b"f"]]
    assert len(values.asked) == 1


def test_readers_of_later_iterations_have_separate_requests() -> None:
    values = Values()

    async def one_by_one() -> None:
        several = batcher(values)
        await several.mget(["a"])
        await several.mget(["b"])

    asyncio.run(one_by_one())

    assert values.asked == [["a"], ["b"]]


def test_a_failure_reaches_every_reader_of_the_batch() -> None:
    found = asyncio.run(together(Values(RedisTimeoutError("slow")), ["a"], ["b"]))

    assert [type(one) for one in found] == [RedisTimeoutError, RedisTimeoutError]


def test_a_cancelled_reader_does_not_cancel_others() -> None:
    async def leaving() -> list[bytes | None]:
        several = batcher(Values())
        first, second = (asyncio.ensure_future(several.mget([key])) for key in "ab")
        await asyncio.sleep(0)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        return await second

    assert asyncio.run(leaving()) == [b"b"]


def test_a_readers_keys_stay_together_when_there_are_too_many_for_one_request() -> None:
    values = Values()
    half = [f"k{number}" for number in range(LARGEST // 2 + 1)]

    found = asyncio.run(together(values, half, half))

    assert [len(keys) for keys in values.asked] == [len(half), len(half)]
    assert found == [[key.encode() for key in half]] * 2
