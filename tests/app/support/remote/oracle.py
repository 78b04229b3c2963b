"""Concurrent writers and readers of the app; reads older than an acknowledged write are counted."""

import asyncio
import json
import random
import time
from dataclasses import dataclass, field

from tests.app.support.remote.client import Client
from tests.app.support.remote.sight import Row, Sight

LONGEST_PAUSE_OF_A_READER_S = 0.01
LONGEST_PAUSE_OF_A_WRITER_S = 0.6
PATHS = {"tasks": ("/api/tasks/{}", "title"), "projects": ("/api/projects/{}", "name")}


@dataclass
class Oracle:
    """
    Acknowledged versions, and reads that violate them.

    Every row has a version that each write raises. A write's response has the committed version; from
    then on every response must show that version or a later one.
    """

    reads: int
    dice: random.Random
    pages: dict[str, list[str]]
    """What is read, by the token of who reads it."""
    rows: list[Row] = field(default_factory=list)
    sight: Sight = field(default_factory=Sight)
    acknowledged: dict[Row, int] = field(default_factory=dict)
    promised: list[tuple[float, Row, int]] = field(default_factory=list)
    done: int = 0
    compared: int = 0
    writes: int = 0
    lost: int = 0
    statuses: dict[int, int] = field(default_factory=dict)
    stale: list[dict[str, object]] = field(default_factory=list)

    @property
    def goes_on(self) -> bool:
        """Whether there are reads left."""
        return self.done < self.reads

    async def look(self) -> list[dict[Row, int | None]]:
        """Return what each page shows now."""
        found = []
        for token, paths in self.pages.items():
            client = Client(token)
            for path in paths:
                _, body = await client.send("GET", path)
                found.append(self.sight.of(body))
        return found

    async def write(self, token: str) -> None:
        """Change one row after another."""
        client = Client(token)
        while self.goes_on:
            await self.change(client)
            await asyncio.sleep(self.dice.random() * LONGEST_PAUSE_OF_A_WRITER_S)

    async def read(self, token: str) -> None:
        """Read one page after another."""
        client = Client(token)
        while self.goes_on:
            await self.compare(client, self.dice.choice(self.pages[token]))
            if self.dice.random() < 0.2:
                await asyncio.sleep(self.dice.random() * LONGEST_PAUSE_OF_A_READER_S)

    async def change(self, client: Client) -> None:
        """Change a row, and remember which version was acknowledged."""
        row = table, number = self.dice.choice(self.rows)
        path, column = PATHS[table]
        text = f"Written at {time.time_ns()}"
        try:
            status, body = await client.send(
                "PATCH", path.format(number), json.dumps({column: text}).encode()
            )
        except OSError:
            self.lost += 1
            return
        self._count(status)
        if status == 200:
            self.writes += 1
            version = json.loads(body)["version"]
            self.sight.titles[text] = version
            self._acknowledge(row, version)

    async def compare(self, client: Client, path: str) -> None:
        """Read a page, and compare it with the versions acknowledged before the request."""
        self._keep_promises()
        before = dict(self.acknowledged)
        try:
            status, body = await client.send("GET", path)
        except OSError:
            self.lost += 1
            return
        self._count(status)
        if status == 200:
            self.done += 1
            self._judge(path, before, self.sight.of(body))

    def _judge(self, path: str, before: dict[Row, int], shown: dict[Row, int | None]) -> None:
        for row, version in shown.items():
            if version is not None and row in before:
                self.compared += 1
                if version < before[row]:
                    self.stale.append({"path": path, "row": row, "seen": version, "expected": before[row]})

    def _acknowledge(self, row: Row, version: int) -> None:
        self.acknowledged[row] = max(version, self.acknowledged.get(row, 0))

    def _keep_promises(self) -> None:
        """Writes by psql count as acknowledged once their time is over."""
        now = time.monotonic()
        while self.promised and self.promised[0][0] < now:
            _, row, version = self.promised.pop(0)
            self._acknowledge(row, version)

    def _count(self, status: int) -> None:
        self.statuses[status] = self.statuses.get(status, 0) + 1
