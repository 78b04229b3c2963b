"""Small reads that travel together, on a deployed server: through the app's own Database."""

import shlex

import pytest

from tests.app.server import Server

pytestmark = pytest.mark.server

SCRIPT = """
import asyncio
from pathlib import Path
from psycopg import Error
from app.database import Database
from app.settings import decode

settings = decode(Path("/etc/bantam/app.toml").read_bytes(), "app.toml").database
password = Path("/etc/bantam/credentials/database-password").read_text().strip()
NUMBER = b"SELECT $1::bigint"

async def main():
    database = Database(settings, password)
    await database.open()
    async def read(query, *parameters):
        try:
            row = await database.read(query, *parameters)
        except Error as error:
            return type(error).__name__
        return None if row is None else row[0]
{body}
    await database.close()

asyncio.run(main())
"""


def said(server: Server, body: str) -> list[str]:
    """What a script that may `read` printed."""
    script = SCRIPT.format(body=body)
    return server.run(f"cd / && /opt/bantam/current/bin/python -c {shlex.quote(script)}").splitlines()


def test_each_of_many_readers_gets_a_row_of_its_own(server: Server) -> None:
    together = "    print(await asyncio.gather(*(read(NUMBER, n) for n in range(200))) == list(range(200)))"

    assert said(server, together) == ["True"]


def test_a_read_that_fails_spoils_none_of_those_that_travel_with_it(server: Server) -> None:
    body = """
    for _ in range(3):
        queries = [(b"SELECT 1 / $1::int", n % 7) for n in range(50)]
        found = await asyncio.gather(*(read(query, n) for query, n in queries))
        print(found.count("DivisionByZero"), found.count(1), found.count(0))
"""

    assert set(said(server, body)) == {"8 7 35"}


def test_a_read_without_a_row_is_none(server: Server) -> None:
    assert said(server, "    print(await read(b'SELECT 1 WHERE $1::int = 2', 1))") == ["None"]


def test_reads_go_on_when_their_connections_are_cut(server: Server) -> None:
    body = """
    import subprocess
    RESTART = "systemctl reset-failed pgbouncer; systemctl restart pgbouncer"
    for _ in range(3):
        print(await asyncio.gather(*(read(NUMBER, n) for n in range(50))) == list(range(50)))
        subprocess.run(RESTART, shell=True, check=True)
"""

    assert said(server, body) == ["True"] * 3


def test_a_write_goes_through_after_the_idle_connections_were_cut(server: Server) -> None:
    [task] = server.rows("SELECT id FROM tasks WHERE completed_at IS NULL AND deleted_at IS NULL LIMIT 1")
    for status in ("blocked", "in_progress", "review", "blocked"):
        # systemd would take these restarts for a service that fails in a circle.
        server.run("systemctl reset-failed pgbouncer; systemctl restart pgbouncer")
        assert server.patch(task["id"], 1, status).status_code == 200
