"""How many large pages are read at the same time, and how long others wait."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from app.http.large_pages import AT_ONCE, LARGE, LargePages
from app.http.problems import Problem


async def state(pages: LargePages, rows: int, *, counts: bool = False, wait_s: float = 0.05) -> str:
    """The outcome of a page requested while all slots are taken."""
    async with AsyncExitStack() as stack:
        for _ in range(AT_ONCE):
            await stack.enter_async_context(pages.slot_for(LARGE + 1))
        asyncio.get_running_loop().call_later(0.2, lambda: asyncio.ensure_future(stack.aclose()))
        try:
            async with pages.slot_for(rows, counts=counts, wait_s=wait_s):
                return "made"
        except Problem as problem:
            return str(problem.status)


@pytest.mark.parametrize(
    ("rows", "counts", "wait_s", "expected"),
    [
        (LARGE, False, 0.05, "made"),
        (LARGE + 1, False, 0.05, "503"),
        (1, True, 0.05, "503"),
        (LARGE + 1, False, 30.0, "made"),
    ],
    ids=["small", "large", "a total counts as large", "in the middle of an answer it waits"],
)
def test_a_page_gets_a_slot_or_503(rows: int, counts: bool, wait_s: float, expected: str) -> None:
    assert asyncio.run(state(LargePages(), rows, counts=counts, wait_s=wait_s)) == expected
