"""Large pages have their own limit: they use a connection and the CPU far longer than anything else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.http.problems import Problem

LARGE = 200
"""Rows; a smaller page uses a connection no longer than other reads do."""

AT_ONCE = 2
"""In one process. More would not be faster on two cores, and would take the connections of small reads."""

WAIT_S = 2.0

PATIENCE_S = 60.0
"""For a page in the middle of a response, which would otherwise break off."""


class LargePages:
    """Limits how many large pages this process reads at the same time."""

    def __init__(self) -> None:
        self._slots = asyncio.Semaphore(AT_ONCE)

    @asynccontextmanager
    async def slot_for(
        self, rows: int, *, counts: bool = False, wait_s: float = WAIT_S
    ) -> AsyncIterator[None]:
        """
        Hold a slot while a page is read; Problem 503 if none is free within `wait_s`.

        Small pages need no slot, unless the read also `counts` the whole list.
        """
        if rows <= LARGE and not counts:
            yield
            return
        try:
            async with asyncio.timeout(wait_s):
                await self._slots.acquire()
        except TimeoutError:
            raise Problem(
                503, "Too many large pages are being read; try again or request fewer rows."
            ) from None
        try:
            yield
        finally:
            self._slots.release()
