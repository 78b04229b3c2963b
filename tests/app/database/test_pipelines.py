"""Waiting and timeouts of batched reads, on lanes that need no server."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

import pytest
from prometheus_client import CollectorRegistry
from psycopg import OperationalError
from psycopg_pool import PoolTimeout, TooManyRequests

from app.database.lane import COOL_DOWN_S, UNANSWERED, Answer, Connection, Lane, Read
from app.database.pipelines import LARGEST, MOST_WAITING, Pipelines
from app.database.sql import Sql
from app.database.timings import Timings

TIMEOUT_S = 0.3
TIMINGS = Timings(CollectorRegistry())
SELECT = Sql(b"SELECT $1", "a test's")

Run = Callable[[Sequence[Read]], Awaitable[list[Read]]]


async def nowhere() -> Connection:
    raise OperationalError("no server")


class Told(Lane):
    """A lane that runs a batch as the test defines, and records the batch sizes."""

    def __init__(self, run: Run) -> None:
        super().__init__(nowhere)
        self._run = run
        self.sizes: list[int] = []
        self.cools = False

    @property
    def cooling_down(self) -> bool:
        return self.cools

    async def run(self, batch: Sequence[Read]) -> list[Read]:
        self.sizes.append(len(batch))
        return await self._run(batch)


async def echo(batch: Sequence[Read]) -> list[Read]:
    """Each read gets its parameters as its row, a little later."""
    await asyncio.sleep(0.005)
    for read in batch:
        if not read.answer.done():
            read.answer.set_result(tuple(read.parameters))
    return []


async def hang(_batch: Sequence[Read]) -> list[Read]:
    await asyncio.Event().wait()
    return []


async def ask(pipelines: Pipelines, count: int) -> list[Answer | BaseException]:
    reads = (pipelines.submit(SELECT, (number,)) for number in range(count))
    return list(await asyncio.gather(*reads, return_exceptions=True))


def test_reads_of_one_loop_iteration_use_every_idle_lane() -> None:
    lanes = [Told(echo), Told(echo)]

    answers = asyncio.run(ask(Pipelines(lanes, TIMEOUT_S, TIMINGS), 2 * LARGEST))

    assert answers == [(number,) for number in range(2 * LARGEST)]
    assert [lane.sizes for lane in lanes] == [[LARGEST], [LARGEST]]


def test_a_few_reads_of_one_loop_iteration_share_a_batch() -> None:
    lanes = [Told(echo), Told(echo)]

    asyncio.run(ask(Pipelines(lanes, TIMEOUT_S, TIMINGS), 5))

    assert [lane.sizes for lane in lanes] == [[5], []]


def test_a_read_times_out_while_the_database_hangs() -> None:
    lanes = [Told(hang), Told(hang)]
    started = time.monotonic()

    answers = asyncio.run(ask(Pipelines(lanes, TIMEOUT_S, TIMINGS), 100))

    assert {type(answer) for answer in answers} == {PoolTimeout}
    # Not one after the other, which would take a hundred times as long.
    assert time.monotonic() - started < 20 * TIMEOUT_S


def test_a_read_fails_immediately_when_too_many_wait() -> None:
    async def crowd() -> list[Answer | BaseException]:
        pipelines = Pipelines([Told(hang)], TIMEOUT_S, TIMINGS)
        waiting = asyncio.ensure_future(ask(pipelines, MOST_WAITING + LARGEST))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        late = await ask(pipelines, 200)
        await waiting
        return late

    assert TooManyRequests in {type(answer) for answer in asyncio.run(crowd())}


def test_a_read_that_timed_out_is_not_run() -> None:
    async def one_hang() -> tuple[list[int], Answer]:
        free = asyncio.Event()

        async def first_hangs(batch: Sequence[Read]) -> list[Read]:
            await free.wait()
            return await echo(batch)

        lane = Told(first_hangs)
        pipelines = Pipelines([lane], TIMEOUT_S, TIMINGS)
        await ask(pipelines, 3 * LARGEST)
        free.set()
        return lane.sizes, await pipelines.submit(SELECT, (7,))

    sizes, answer = asyncio.run(one_hang())

    assert answer == (7,)
    assert sizes == [LARGEST, 1]


def test_a_lane_that_cools_down_gets_no_reads() -> None:
    async def two_turns() -> list[list[int]]:
        lanes = [Told(echo), Told(echo)]
        pipelines = Pipelines(lanes, TIMEOUT_S, TIMINGS)
        lanes[0].cools = True
        for _ in range(4):
            assert await ask(pipelines, 3) == [(0,), (1,), (2,)]
        return [lane.sizes for lane in lanes]

    assert asyncio.run(two_turns()) == [[], [3, 3, 3, 3]]


def test_no_read_waits_while_all_lanes_cool_down() -> None:
    async def fails() -> list[Answer | BaseException]:
        async def lost(batch: Sequence[Read]) -> list[Read]:
            await asyncio.sleep(0)
            lane.cools = True
            for read in batch:
                read.answer.set_result(UNANSWERED)
            return []

        lane = Told(lost)
        return await ask(Pipelines([lane], TIMEOUT_S, TIMINGS), 3 * LARGEST)

    assert asyncio.run(fails()) == [UNANSWERED] * (3 * LARGEST)


def test_reads_to_be_run_again_go_first() -> None:
    async def halves(batch: Sequence[Read]) -> list[Read]:
        kept = max(1, len(batch) // 2)
        await echo(batch[:kept])
        return list(batch[kept:])

    answers = asyncio.run(ask(Pipelines([Told(halves)], 5.0, TIMINGS), 50))

    assert answers == [(number,) for number in range(50)]


def test_a_lane_without_a_server_gives_no_result_and_cools_down() -> None:
    async def lone() -> tuple[Answer, bool]:
        lane = Lane(nowhere)
        answer = await Pipelines([lane], TIMEOUT_S, TIMINGS).submit(SELECT, ())
        return answer, lane.cooling_down

    assert COOL_DOWN_S > 0
    assert asyncio.run(lone()) == (UNANSWERED, True)


@pytest.mark.parametrize("lanes", [0, 2])
def test_reads_use_the_pool_when_no_lane_is_usable(lanes: int) -> None:
    told = [Told(echo) for _ in range(lanes)]
    for lane in told:
        lane.cools = True

    assert asyncio.run(ask(Pipelines(told, TIMEOUT_S, TIMINGS), 2)) == [UNANSWERED, UNANSWERED]


def test_closing_waits_for_running_batches() -> None:
    async def close_at_once() -> tuple[Answer, list[str]]:
        happened: list[str] = []

        class Closed(Told):
            async def close(self) -> None:
                happened.append("closed")

        async def slowly(batch: Sequence[Read]) -> list[Read]:
            rest = await echo(batch)
            happened.append("answered")
            return rest

        pipelines = Pipelines([Closed(slowly)], TIMEOUT_S, TIMINGS)
        asked = asyncio.ensure_future(pipelines.submit(SELECT, (1,)))
        await asyncio.sleep(0.001)
        await pipelines.close()
        return await asked, happened

    assert asyncio.run(close_at_once()) == ((1,), ["answered", "closed"])
