"""One migration at a time, applied or rolled back beside a running app."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

from psycopg.errors import DeadlockDetected, LockNotAvailable

from app.database import backfill, concurrent_index
from app.database.direct import OWNER, Connection
from app.database.migrations import Migration

LOCK_TIMEOUT = "1s"
STATEMENT_TIMEOUT = "5s"
TRIES = 50  # a minute, for most
LONGEST_PAUSE_S = 1.0

T = TypeVar("T")


def apply(connection: Connection, step: Migration, before_commit: Callable[[], None] = lambda: None) -> int:
    """
    Apply one migration and record it; return its milliseconds.

    `before_commit` is called while a migration that is one transaction still holds all its locks.
    """
    started = time.monotonic()
    if step.version.endswith(concurrent_index.SUFFIX):
        concurrent_index.build(connection, step.version, step.up)
        with owners_transaction(connection):
            return _record(connection, step, started)
    if step.version.endswith(backfill.SUFFIX):
        transaction = partial(owners_transaction, connection)
        backfill.fill(connection, step.version, step.up, transaction, until_locked)
        with transaction():
            backfill.forget(connection, step.version)
            return _record(connection, step, started)

    def attempt() -> int:
        with owners_transaction(connection):
            connection.execute(step.up.encode())
            before_commit()
            return _record(connection, step, started)

    return until_locked(attempt)


def revert(connection: Connection, steps: list[Migration]) -> None:
    """Roll back the migrations in this order and delete their records: all of them or none."""

    def attempt() -> None:
        with owners_transaction(connection):
            for step in steps:
                connection.execute(step.down.encode())
                connection.execute("DELETE FROM schema_migrations WHERE version = %s", [step.version])

    until_locked(attempt)


def record(connection: Connection, step: Migration, milliseconds: int) -> None:
    """The history has the migration, as of the end of the owner's transaction that this is in."""
    connection.execute(
        "INSERT INTO schema_migrations (version, sha256, milliseconds) VALUES (%s, %s, %s)",
        [step.version, step.sha256, milliseconds],
    )


def _record(connection: Connection, step: Migration, started: float) -> int:
    milliseconds = round((time.monotonic() - started) * 1000)
    record(connection, step, milliseconds)
    return milliseconds


def until_locked(attempt: Callable[[], T]) -> T:
    """
    Return what `attempt` does, tried again while others hold what it needs to lock.

    A waiting ALTER TABLE makes all later readers wait as well: so it waits briefly, and often.
    """
    for _ in range(TRIES - 1):
        try:
            return attempt()
        except (LockNotAvailable, DeadlockDetected):
            time.sleep(random.uniform(0.1, LONGEST_PAUSE_S))  # noqa: S311  (nothing secret)
    return attempt()


@contextmanager
def owners_transaction(connection: Connection) -> Iterator[None]:
    """A transaction as the owner of the tables, with the time limits of a migration."""
    with connection.transaction():
        connection.execute(f"SET LOCAL ROLE {OWNER}".encode())
        connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'".encode())
        connection.execute(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'".encode())
        yield


def make_history(connection: Connection) -> None:
    """There is a table for the applied migrations."""
    with owners_transaction(connection):
        connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_migrations ("
            " applied_at timestamptz NOT NULL DEFAULT now(),"
            " milliseconds integer NOT NULL,"
            " version text PRIMARY KEY,"
            " sha256 text NOT NULL)"
        )
