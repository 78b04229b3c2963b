"""What PostgreSQL is doing: the app's answers for admins, and the two commands for operators."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import msgspec
import pytest

from app.monitoring.database_shapes import Connections, Performance
from tests.app.support.server import Server
from tests.app.support.warmth import until
from tests.servers import SandboxServer

pytestmark = [pytest.mark.server]

ADMIN = 1
PSQL = "cd / && PGAPPNAME={name} runuser -u postgres -- psql -XAtqw -p 5432 -d bantam -c"
HOLDS_S, WAITS_S = 8, 6


@contextmanager
def a_wait_for_a_lock(server: SandboxServer) -> Iterator[None]:
    """Somebody holds a lock on a table that nobody else needs, and somebody waits for it."""
    server.run(f"{PSQL.format(name='setup')} 'CREATE TABLE IF NOT EXISTS public.held ()'")
    holds = f'"BEGIN; LOCK TABLE public.held; SELECT pg_sleep({HOLDS_S})"'
    waits = f"\"SET lock_timeout = '{WAITS_S}s'; LOCK TABLE public.held\""
    begun: list[threading.Thread] = []
    try:
        for name, sql in (("holds", holds), ("waits", waits)):
            begun.append(threading.Thread(target=server.ssh, args=(f"{PSQL.format(name=name)} {sql}",)))
            begun[-1].start()
            until(partial(is_active, server, name))
        yield
    finally:
        for session in begun:
            session.join()
        server.run(f"{PSQL.format(name='setup')} 'DROP TABLE public.held'")


def is_active(server: SandboxServer, name: str) -> bool:
    sql = f"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{name}' AND state = 'active'"  # noqa: S608 (a name of ours)
    return server.run(f'{PSQL.format(name="looks")} "{sql}"') == "1"


def test_performance_is_what_the_schema_says(server: Server) -> None:
    answer = server.get("/api/admin/db-performance", ADMIN)

    told = msgspec.json.decode(answer.content, type=Performance, strict=True)
    assert {"tasks", "users", "activity"} <= {table.name for table in told.tables}
    assert told.tables == sorted(told.tables, key=lambda table: -table.bytes)
    assert told.invalid_indexes == []
    assert any("callers" in statement.query for statement in told.statements)
    assert told.totals.connections <= told.totals.connections_allowed
    assert answer.headers["cache-control"] == "no-store"


def test_a_session_that_waits_is_told_with_its_holder(server: Server, sandbox_server: SandboxServer) -> None:
    with a_wait_for_a_lock(sandbox_server):
        told = msgspec.json.decode(server.get("/api/admin/db-connections", ADMIN).content, type=Connections)
        printed = sandbox_server.make("connections").stdout

    (blocked,) = told.blocked
    names = {session.pid: session.application for session in told.sessions}
    assert (names[blocked.pid], names[blocked.holder]) == ("waits", "holds")
    assert blocked.query.endswith("LOCK TABLE public.held")
    assert told.used >= len(told.sessions)
    assert "Waiting for a lock" in printed
    assert printed.count("LOCK TABLE public.held") >= 2
    assert "bantam" in printed.split("Pools")[1]


def test_the_app_reads_no_view_of_the_statistics(server: Server) -> None:
    """Only the two answers, which have no parameters."""
    refused = server.run(
        "cd / && runuser -u postgres -- psql -XAtqw -p 5432 -d bantam"
        " -c 'SET ROLE bantam_app' -c 'SELECT * FROM monitoring.sessions' 2>&1 || true"
    )
    assert "permission denied for view sessions" in refused


def test_monitor_tells_every_part_and_what_costs_most(sandbox_server: SandboxServer) -> None:
    done = sandbox_server.make("monitor")

    assert done.returncode == 0, done.stdout
    parts = [line.split()[0] for line in done.stdout.split("\n\n")[0].splitlines()]
    assert parts == ["Server", "Services", "PostgreSQL", "PgBouncer", "Redis", "Archive", "History", "Alerts"]
    assert "LOOK" not in done.stdout
    assert done.stdout.split("\n\n")[1].splitlines()[0].split()[:2] == ["share", "calls"]


def test_monitor_names_what_does_not_answer(sandbox_server: SandboxServer) -> None:
    sandbox_server.run("systemctl stop redis-server")
    try:
        done = sandbox_server.make("monitor")
    finally:
        sandbox_server.run("systemctl start redis-server")

    assert done.returncode != 0
    assert next(line for line in done.stdout.splitlines() if "LOOK" in line).startswith("Redis")
    assert "PostgreSQL" in done.stdout
