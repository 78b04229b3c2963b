"""Workers that restart, hang, or are busy, on a deployed server: clients do not notice."""

import shlex
import threading
import time
from collections import Counter

import pytest

from tests.app.support.own_database import said
from tests.app.support.server import Server
from tests.app.support.world import Ids, World

pytestmark = pytest.mark.server

RESTARTS = 4
WATCHDOG_S = 15


def test_no_write_is_lost_while_workers_restart(world: World, ids: Ids) -> None:
    over = threading.Event()
    statuses: Counter[int] = Counter()
    path = ids.path("/api/tasks/{id}/comments")

    def write() -> None:
        while not over.is_set():
            statuses[world.send("member", "POST", path, {"body": "Here"}).status_code] += 1

    writers = [threading.Thread(target=write) for _ in range(3)]
    for writer in writers:
        writer.start()
    try:
        for _ in range(RESTARTS):
            for worker in (1, 2):
                world.server.run(f"systemctl restart bantam-app@{worker}")
    finally:
        over.set()
        for writer in writers:
            writer.join()

    assert statuses.keys() == {201}
    assert statuses[201] > 10 * RESTARTS


def test_a_worker_that_hangs_is_replaced(server: Server) -> None:
    pid = "systemctl show --property=MainPID --value bantam-app@1"
    before = server.run(pid)
    server.run("systemctl kill --signal=STOP bantam-app@1")
    end = time.monotonic() + 6 * WATCHDOG_S
    while server.run(pid) in {before, "0"}:
        assert time.monotonic() < end
        time.sleep(1)

    server.run("systemctl start bantam-app@1")
    assert {server.send("GET", "/readyz").status_code for _ in range(6)} == {200}


def test_slow_reads_leave_connections_to_quick_ones(server: Server) -> None:
    body = """
    sleep = Sql(b"SELECT pg_sleep($1::bigint)", "sleep")
    slow = [asyncio.create_task(database.fetch_slow_row(sleep, 2)) for _ in range(30)]
    await asyncio.sleep(0.5)
    quick = await asyncio.gather(*(database.fetch_row_alone(NUMBER, n) for n in range(10)))
    print([row[0] for row in quick] == list(range(10)), any(task.done() for task in slow))
    came = await asyncio.gather(*slow, return_exceptions=True)
    print({type(each).__name__ for each in came} <= {"tuple", "PoolTimeout"})
"""

    assert said(server, body) == ["True False", "True"]


def test_no_query_string_is_logged(server: Server) -> None:
    word = f"unlogged{time.time():.0f}"
    for path in (f"/api/nothing?q={word}", f"/api/search?q={word}&limit=no", f"/%00?q={word}"):
        server.http.get(path, headers=server.authorization(1))
    server.send("POST", f"/api/tokens?q={word}", content=b"x" * 2_000_000, headers=server.authorization(1))

    assert server.run(f"journalctl --since=-1min | grep -c {shlex.quote(word)} || true") == "0"
