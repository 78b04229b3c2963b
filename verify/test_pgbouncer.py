"""PgBouncer: a small transaction pool that admits one role with its own password."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from verify.expected import expected_size
from verify.probes.connection import Connection
from verify.probes.secret import Secret
from verify.probes.units import Unit

UNIT = "pgbouncer.service"
LOGIN = Path(__file__).parent / "remote" / "login.py"
PSQL = "psql -XAtqw -h /run/pgbouncer -p 6432"


@pytest.fixture(scope="module")
def configuration(pgbouncer_console: Callable[[str], list[dict[str, str]]]) -> dict[str, str]:
    """The running configuration, from SHOW CONFIG."""
    return {row["key"]: row["value"] for row in pgbouncer_console("SHOW CONFIG")}


@pytest.fixture(scope="module")
def pool(pgbouncer_console: Callable[[str], list[dict[str, str]]]) -> dict[str, str]:
    """The database `bantam` as PgBouncer serves it, from SHOW DATABASES."""
    [row] = [row for row in pgbouncer_console("SHOW DATABASES") if row["name"] == "bantam"]
    return row


@pytest.fixture(scope="module")
def login(connection: Connection) -> dict[str, Any]:
    """What a client that logs in as bantam_app finds."""
    done = connection.run("/opt/bantam/current/bin/python -", stdin=LOGIN.read_text())
    assert done.returncode == 0, done.stderr.strip().splitlines()[-1]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def complaint(
    connection: Connection, *, role: str, password: str, database: str = "bantam", sql: str = "SELECT 1"
) -> str:
    """PgBouncer's error for this login or command; empty if it succeeds."""
    client = f"{PSQL} -U {role} -d {database} -c '{sql}'"
    # Not of the whole login, whose shell may warn of a locale.
    command = f"f=$(mktemp) && cat > $f && PGPASSFILE=$f {client} 2>&1 >/dev/null; rm $f"
    return connection.run(command, stdin=f"*:*:*:*:{password}\n").stdout


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ActiveState", "active"),
        ("UnitFileState", "enabled"),
        ("NeedDaemonReload", "no"),
        ("Restart", "on-failure"),
        ("StartLimitIntervalUSec", "0"),
        ("UMask", "0077"),
    ],
)
def test_service(unit: Callable[[str], Unit], name: str, value: str) -> None:
    assert unit(UNIT).properties[name] == value


def test_service_is_bounded_in_memory(unit: Callable[[str], Unit]) -> None:
    assert unit(UNIT).properties["MemoryMax"] != "infinity"


def test_kernel_enforces_the_memory_limit(unit: Callable[[str], Unit]) -> None:
    assert unit(UNIT).memory_limit() == int(unit(UNIT).properties["MemoryMax"])


def test_does_not_run_as_postgres(unit: Callable[[str], Unit]) -> None:
    assert unit(UNIT).process("user") == "pgbouncer"


def test_exposure(unit: Callable[[str], Unit]) -> None:
    assert unit(UNIT).exposure() <= 2.0


def test_socket_is_for_the_app_only(host: Any) -> None:
    socket = host.file("/run/pgbouncer/.s.PGSQL.6432")
    found = (socket.is_socket, socket.user, socket.group, oct(socket.mode))
    assert found == (True, "pgbouncer", "bantam", "0o770")


def test_listens_on_no_tcp_port(unit: Callable[[str], Unit]) -> None:
    assert unit(UNIT).tcp_listeners() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("listen_addr", ""),
        ("unix_socket_dir", "/run/pgbouncer"),
        ("pool_mode", "transaction"),
        ("auth_type", "hba"),
        ("auth_file", ""),
        ("admin_users", "pgbouncer"),
        ("stats_users", "bantam_monitor, bantam_history"),
        ("server_login_retry", "1"),
    ],
)
def test_configuration(configuration: dict[str, str], name: str, value: str) -> None:
    assert configuration[name] == value


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("query_wait_timeout", "pool_timeout_s"),
        ("server_connect_timeout", "connect_timeout_s"),
        ("max_prepared_statements", "max_prepared_statements"),
        ("max_client_conn", "max_client_connections"),
        ("reserve_pool_size", "reserve_pool_size"),
    ],
)
def test_configuration_follows_the_inventory(
    configuration: dict[str, str], settings: dict[str, Any], name: str, setting: str
) -> None:
    assert configuration[name] == str(settings[setting])


def test_lookup_names_its_schema(configuration: dict[str, str]) -> None:
    assert " FROM pgbouncer.user_lookup($1)" in configuration["auth_query"]


def test_pool_size(pool_size: int, settings: dict[str, Any], machine: dict[str, int]) -> None:
    assert pool_size == expected_size("pool_size", settings=settings, **machine)


@pytest.mark.parametrize(
    ("name", "value"), [("host", "/run/postgresql"), ("force_user", ""), ("paused", "0"), ("disabled", "0")]
)
def test_pool(pool: dict[str, str], name: str, value: str) -> None:
    assert pool[name] == value


def test_pool_shares_connections_by_transaction(pool: dict[str, str]) -> None:
    assert pool["pool_mode"] in {"", "transaction"}


@pytest.mark.parametrize(
    ("name", "value"),
    [("current_user", "bantam_app"), ("session_user", "bantam_app"), ("activity", "bantam_app")],
)
def test_app_logs_in_as_itself(login: dict[str, Any], name: str, value: str) -> None:
    assert login[name] == value


def test_prepared_statement_is_prepared_once(login: dict[str, Any]) -> None:
    assert login["answers"] == [1, 2, 3]
    assert login["prepared"] == 1


def test_prepared_statement_survives_another_server_connection(login: dict[str, Any]) -> None:
    assert login["backends"][0] != login["backends"][1]
    assert login["answer_elsewhere"] == 42


def test_app_statement_timeout_is_in_force(login: dict[str, Any], settings: dict[str, Any]) -> None:
    assert login["statement_timeout_ms"] == settings["app_statement_timeout_ms"]


def test_nobody_else_is_the_app(connection: Connection) -> None:
    answer = connection.run(
        f"cd / && runuser -u pgbouncer -- {PSQL} -U bantam_app -d bantam -c 'SELECT 1' 2>&1"
    )
    assert "unix socket login rejected" in answer.stdout


def test_wrong_password_is_refused(connection: Connection) -> None:
    answer = complaint(connection, role="bantam_monitor", password="wrong", database="pgbouncer")  # noqa: S106
    assert "SASL authentication failed" in answer or "password authentication failed" in answer


@pytest.mark.parametrize("role", ["postgres", "bantam_owner", "pgbouncer", "nobody"])
def test_role_is_refused(connection: Connection, role: str) -> None:
    assert "FATAL" in complaint(connection, role=role, password="wrong")  # noqa: S106


def test_app_is_refused_at_the_console(connection: Connection) -> None:
    answer = complaint(
        connection,
        role="bantam_app",
        password="none",  # noqa: S106
        database="pgbouncer",
        sql="SHOW CONFIG",
    )
    assert "FATAL" in answer


def test_pool_is_not_paused(pool: dict[str, str]) -> None:
    assert (pool["paused"], pool["disabled"]) == ("0", "0")


@pytest.mark.parametrize("command", ["PAUSE", "RELOAD", "KILL bantam"])
def test_monitor_may_not_command(connection: Connection, secrets: dict[str, Secret], command: str) -> None:
    password = secrets["database_monitor_password"].reveal()
    answer = complaint(
        connection, role="bantam_monitor", password=password, database="pgbouncer", sql=command
    )
    assert "admin access needed" in answer


def test_monitor_reads_the_statistics(connection: Connection, secrets: dict[str, Secret]) -> None:
    password = secrets["database_monitor_password"].reveal()
    answer = complaint(
        connection, role="bantam_monitor", password=password, database="pgbouncer", sql="SHOW POOLS"
    )
    assert answer == ""
