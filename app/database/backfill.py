"""Rows changed beside a running app: a few thousand at a time; a run that was cut off is continued."""

import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import cast

import psycopg
from psycopg import sql

from app.database.direct import Connection, RunnerError

SUFFIX = "_backfill"
"""
Of the version of a migration that is one statement about the next rows after the key $1.

It returns the last key that it has looked at, NULL at the end, and how many rows it has changed.
"""

MOST_ROWS = 5000
"""A batch that changes more holds its locks for too long."""

_SAY_EVERY_S = 10.0
_BUSY_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 10.0
# Sessions at work besides this one; on a small server two are what its cores can do.
_AT_WORK = """
SELECT count(*)
FROM pg_stat_activity
WHERE state = 'active'
  AND backend_type = 'client backend'
  AND pid <> pg_backend_pid()
"""
_MOST_AT_WORK = 2
# In the comment of a table that is there anyway: transactional, and gone when the work is done.
_PROGRESS = "SELECT obj_description('schema_migrations'::regclass, 'pg_class')"

Transaction = Callable[[], AbstractContextManager[object]]
Locked = Callable[[Callable[[], tuple[int | None, int]]], tuple[int | None, int]]


def fill(
    connection: Connection, version: str, text: str, transaction: Transaction, until_locked: Locked
) -> None:
    """
    Every row has been looked at; each batch was a `transaction`, tried again `until_locked`.

    Between batches it pauses for as long as the last one took, and longer while the server is busy.
    RunnerError if the statement is not one that gets on.
    """
    after = _noted(connection).get(version, 0)
    done, told = 0, time.monotonic()
    while True:
        began = time.monotonic()
        last, rows = until_locked(partial(_batch, connection, version, text, after, transaction))
        done += rows
        if last is None:
            return
        after = last
        if time.monotonic() - told > _SAY_EVERY_S:
            told = time.monotonic()
            print(f"{version}: {done:,} rows changed, at {after:,}", flush=True)
        time.sleep(time.monotonic() - began)
        _wait_while_busy(connection)


def _batch(
    connection: Connection, version: str, text: str, after: int, transaction: Transaction
) -> tuple[int | None, int]:
    with transaction():
        found = psycopg.RawCursor(connection).execute(text.encode(), [after]).fetchall()
        if len(found) != 1 or len(found[0]) != 2:
            raise RunnerError(f"{version}.up.sql must return one row: the last key and the rows changed.")
        last, rows = cast("tuple[int | None, int]", found[0])
        if rows > MOST_ROWS:
            raise RunnerError(
                f"{version}.up.sql changes {rows} rows at once, at most {MOST_ROWS} are allowed."
            )
        if last is not None:
            if last <= after:
                raise RunnerError(f"{version}.up.sql does not get on: after {after} it returned {last}.")
            _note(connection, {**_noted(connection), version: last})
    return last, rows


def forget(connection: Connection, version: str) -> None:
    """There is no progress of that version any more, as of the end of the transaction."""
    _note(connection, {each: after for each, after in _noted(connection).items() if each != version})


def _noted(connection: Connection) -> dict[str, int]:
    [comment] = connection.execute(_PROGRESS).fetchone() or (None,)
    noted: dict[str, int] = json.loads(cast("str", comment)) if comment else {}
    return noted


def _note(connection: Connection, progress: dict[str, int]) -> None:
    comment = sql.Literal(json.dumps(progress) if progress else None)
    connection.execute(sql.SQL("COMMENT ON TABLE schema_migrations IS {}").format(comment))


def _wait_while_busy(connection: Connection) -> None:
    """Others go first, but not forever."""
    until = time.monotonic() + _LONGEST_PAUSE_S
    while time.monotonic() < until:
        [at_work] = connection.execute(_AT_WORK).fetchone() or (0,)
        if cast("int", at_work) <= _MOST_AT_WORK:
            return
        time.sleep(_BUSY_PAUSE_S)
