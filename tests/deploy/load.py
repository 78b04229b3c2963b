"""The mixed load at 200 requests a second, and a ledger of acknowledged writes, while something is done."""

import json
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import httpx

from tests.servers import ROOT, SandboxServer

USERS = 200
"""Each sends about one request a second."""
WARM_UP_S = 12
QUIET_S = 20
"""After the warm-up, to compare with."""
LONGEST_S = 600
AFTERWARDS_S = 6
"""What was restarted serves again meanwhile."""
WRITES_EVERY_S = 0.1
PSQL = "runuser -u postgres -- psql -XAtqw -p 5432 -d bantam"
# A row that nobody of the load changes, so that what waits for it waits for its table.
BLOCK = (
    "BEGIN; UPDATE tasks SET title = title"
    " WHERE id = (SELECT max(id) FROM tasks WHERE completed_at IS NOT NULL); SELECT pg_sleep(10); ROLLBACK"
)
COUNTED = "SELECT count(DISTINCT body), count(*) FROM comments WHERE body LIKE :'word'"


@dataclass(frozen=True, kw_only=True)
class Result:
    """`requests` were measured; `failed` names those without their response, with how often."""

    requests: int
    failed: dict[str, int]
    seconds: float
    longest_ms: float
    slower: float
    """p95 meanwhile, of p95 before."""
    acknowledged: int
    lost: int
    twice: int

    def __str__(self) -> str:
        failed = sum(self.failed.values())
        return (
            f"{failed} of {self.requests} failed ({self.requests / self.seconds:.0f}/s, longest"
            f" {self.longest_ms / 1000:.1f} s, p95 {self.slower:.1f}x), {self.lost} of {self.acknowledged}"
            " writes lost"
        )


class MixedLoad:
    """Meanwhile Locust's scenario runs, comments are written, and one transaction after the other blocks."""

    def __init__(self, server: SandboxServer, http: httpx.Client, token: str, folder: Path) -> None:
        self._server, self._http, self._folder = server, http, folder
        self._headers = {"Authorization": f"Bearer {token}"}
        self._word = f"ledger {uuid4()}"
        self._acknowledged = self._blocked = 0
        self._failed: Counter[str] = Counter()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=each) for each in (self._write, self._block)]

    def __enter__(self) -> Self:
        """The load is past its warm-up."""
        shutil.copy(self._server.run_folder / "seed.json", self._folder)
        self._task = self._http.get("/api/tasks?limit=1", headers=self._headers).json()["items"][0]["id"]
        self._locust = subprocess.Popen(
            [
                *(sys.executable, "-m", "locust", "-f", "loadtests/scenarios/mixed.py", "--headless"),
                *("--shape", "loadtests/scenarios/gate.yml", "-u", str(USERS), "-r", "100"),
                *("-t", f"{LONGEST_S}s"),
                *("--target", str(self._server.run_folder / "target.json"), "--run-dir", str(self._folder)),
            ],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(WARM_UP_S)
        for thread in self._threads:
            thread.start()
        time.sleep(QUIET_S)
        self._began = time.time()
        return self

    def __exit__(self, *_: object) -> None:
        """Everything has ended, and what was written can be counted."""
        time.sleep(AFTERWARDS_S)
        assert self._locust.poll() is None, "the load ended before what it was for"
        self._over.set()
        for thread in self._threads:
            thread.join()
        self._locust.send_signal(signal.SIGTERM)
        self._locust.wait(60)

    def result(self) -> Result:
        """What came of the requests and the writes."""
        load: dict[str, Any] = json.loads((self._folder / "load.json").read_text())
        assert self._blocked, "no transaction has blocked"
        groups = load["groups"].values()
        failed = Counter({f"{each['group']}: {each['error']}": each["count"] for each in load["failures"]})
        once, rows = self._server.run(f"cd /; echo \"{COUNTED}\" | {PSQL} -v word='{self._word}%'").split("|")
        return Result(
            requests=sum(group["requests"] for group in groups),
            failed=dict(failed + self._failed),
            seconds=load["measured_seconds"],
            longest_ms=max(group["longest"] for group in groups),
            slower=_slower(load, self._began),
            acknowledged=self._acknowledged,
            lost=self._acknowledged - int(once),
            twice=int(rows) - int(once),
        )

    def _write(self) -> None:
        path = f"/api/tasks/{self._task}/comments"
        number = 0
        while not self._over.wait(WRITES_EVERY_S):
            number += 1
            headers = self._headers | {"Idempotency-Key": str(uuid4())}
            try:
                answer = self._http.post(path, json={"body": f"{self._word} {number}"}, headers=headers)
            except httpx.HTTPError as error:
                self._failed[f"ledger: {type(error).__name__}"] += 1
                continue
            if answer.status_code == httpx.codes.CREATED:
                self._acknowledged += 1
            else:
                self._failed[f"ledger: {answer.status_code}"] += 1

    def _block(self) -> None:
        """A restart of PostgreSQL ends it, as it must."""
        while not self._over.wait(1):
            self._blocked += self._server.ssh(f'cd /; {PSQL} -c "{BLOCK}"').returncode == 0


def _slower(load: dict[str, Any], began: float) -> float:
    """How many times as long the p95 of a slice is after `began` as between the warm-up and then."""
    begin = began - datetime.fromisoformat(load["began"]).timestamp()
    before: list[float] = []
    after: list[float] = []
    for each in load["slices"]:
        p95 = [group["p95"] for group in each["percentiles"].values()]
        if p95 and each["at"] >= WARM_UP_S:
            (before if each["at"] < begin else after).append(statistics.median(p95))
    return statistics.mean(after) / statistics.mean(before)
