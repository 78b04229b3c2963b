"""Large pages have their own limit: they hold a connection and the CPU far longer than anything else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.http.problems import Problem

LARGE = 200
"""Rows: a smaller page takes a connection for no longer than other reads do."""

AT_ONCE = 2
"""In one process. More would not be faster on two cores, and would take the connections of small reads."""

WAIT_S = 2.0

PATIENCE_S = 60.0
"""For a page in the middle of an answer, which would otherwise break off."""


class LargePages:
    """How many large pages this process makes at once."""

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(AT_ONCE)

    @asynccontextmanager
    async def room_for(
        self, rows: int, *, counts: bool = False, wait_s: float = WAIT_S
    ) -> AsyncIterator[None]:
        """
        Around the making of a page; Problem 503 if a large one has waited for its turn in vain.

        A page that `counts` all that there is looks at more rows than any page shows.
        """
        if rows <= LARGE and not counts:
            yield
            return
        try:
            async with asyncio.timeout(wait_s):
                await self._room.acquire()
        except TimeoutError:
            raise Problem(503, "Many large pages are being read; try again or ask for fewer rows.") from None
        try:
            yield
        finally:
            self._room.release()
