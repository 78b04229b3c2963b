"""Batched small reads on a deployed server, through the app's own Database."""

import pytest

from tests.app.support.own_database import said
from tests.app.support.server import Server

pytestmark = pytest.mark.server


def test_each_of_many_readers_gets_a_row_of_its_own(server: Server) -> None:
    together = "    print(await asyncio.gather(*(read(NUMBER, n) for n in range(200))) == list(range(200)))"

    assert said(server, together) == ["True"]


def test_a_failed_read_does_not_affect_others_in_its_batch(server: Server) -> None:
    body = """
    for _ in range(3):
        queries = [(b"SELECT 1 / $1::int", n % 7) for n in range(50)]
        found = await asyncio.gather(*(read(query, n) for query, n in queries))
        print(found.count("DivisionByZero"), found.count(1), found.count(0))
"""

    assert set(said(server, body)) == {"8 7 35"}


def test_a_read_without_a_row_is_none(server: Server) -> None:
    assert said(server, "    print(await read(b'SELECT 1 WHERE $1::int = 2', 1))") == ["None"]


def test_a_canceled_statement_fails_only_its_own_read_and_is_not_retried(server: Server) -> None:
    body = """
    import subprocess
    CANCEL = (
        "sleep 1; cd /; runuser -u postgres -- psql -qAtc"
        " \\"SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE '/* of a test */%'\\""
    )
    canceling = subprocess.Popen(CANCEL, shell=True, stdout=subprocess.DEVNULL)
    asked = [(NUMBER, n) for n in range(15)]
    asked.insert(7, (b"SELECT pg_sleep($1::bigint)", 4))
    began = asyncio.get_running_loop().time()
    found = await asyncio.gather(*(read(query, n) for query, n in asked))
    print(found.pop(7), found == list(range(15)), asyncio.get_running_loop().time() - began < 3)
    canceling.wait()
"""

    assert said(server, body) == ["QueryCanceled True True"]


@pytest.mark.parametrize("unit", ["pgbouncer", "postgresql@17-main"])
def test_reads_go_on_when_their_connections_are_cut(server: Server, unit: str) -> None:
    body = f"""
    import subprocess
    RESTART = "systemctl reset-failed {unit}; systemctl restart {unit}"
    for _ in range(3):
        print(await asyncio.gather(*(read(NUMBER, n) for n in range(50))) == list(range(50)))
        subprocess.run(RESTART, shell=True, check=True)
"""

    assert said(server, body) == ["True"] * 3


def test_the_server_is_ready_although_idle_connections_were_cut(server: Server) -> None:
    for _ in range(3):
        server.run("systemctl reset-failed pgbouncer; systemctl restart pgbouncer")
        # One for each worker, whichever of them answers.
        assert {server.send("GET", "/readyz").status_code for _ in range(4)} == {200}


@pytest.mark.parametrize("pool_max", [1, 2, 3])
def test_no_more_connections_are_opened_than_the_setting_says(server: Server, pool_max: int) -> None:
    body = f"""
    import os
    from msgspec.structs import replace
    await database.close()
    def sockets():
        links = (os.path.join("/proc/self/fd", fd) for fd in os.listdir("/proc/self/fd"))
        return sum(os.path.exists(link) and os.readlink(link).startswith("socket:") for link in links)
    before = sockets()
    database = Database(replace(settings, pool_min=1, pool_max={pool_max}), timings)
    await database.open()
    ways = (database.fetch_row_alone, database.fetch_row)
    rows = await asyncio.gather(*(way(NUMBER, n) for way in ways for n in range(50)))
    print([row[0] for row in rows] == [*range(50), *range(50)], sockets() - before)
"""

    assert said(server, body) == [f"True {pool_max}"]


def test_a_write_goes_through_after_the_idle_connections_were_cut(server: Server) -> None:
    [task] = server.rows("SELECT id FROM tasks WHERE completed_at IS NULL AND deleted_at IS NULL LIMIT 1")
    for status in ("blocked", "in_progress", "review", "blocked"):
        # systemd would take these restarts for a crash loop.
        server.run("systemctl reset-failed pgbouncer; systemctl restart pgbouncer")
        assert server.patch(task["id"], 1, status).status_code == 200
