"""Connections to PostgreSQL without PgBouncer, for migrations and seed data."""

import os
import sys
from collections.abc import Callable

import psycopg

DATABASE = "host=/run/postgresql dbname=bantam user=postgres"
OWNER = "bantam_owner"
LOCK = 0x62616E74616D  # "bantam": a session lock, so that only one runner at a time works on a database

Connection = psycopg.Connection[tuple[object, ...]]


class RunnerError(Exception):
    """One sentence that says what is wrong, where, and what to do."""


def run(conninfo: str, name: str, work: Callable[[Connection], None]) -> int:
    """Run `work` in an autocommit session with application name `name`; return the exit code."""
    application_name = f"{name} (pid {os.getpid()})"
    try:
        with psycopg.connect(
            conninfo, application_name=application_name, autocommit=True, connect_timeout=5
        ) as connection:
            work(connection)
    except RunnerError as error:
        print(error, file=sys.stderr)
        return 1
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[0].rstrip(".")
        print(f"{name} failed, and unfinished work was rolled back: {reason}.", file=sys.stderr)
        return 1
    return 0


def lock(connection: Connection) -> None:
    """Take the runners' lock until the session ends; RunnerError names the holder if it is taken."""
    if connection.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone() == (True,):
        return
    holder = connection.execute(
        "SELECT a.application_name, a.pid FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)"
        " WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1"
        " AND (l.classid::bigint << 32 | l.objid::bigint) = %s",
        [LOCK],
    ).fetchone()
    name, pid = holder or ("a run that has just ended", "none")
    raise RunnerError(f"Another run is working on this database ({name}, backend {pid}); wait for it to end.")
