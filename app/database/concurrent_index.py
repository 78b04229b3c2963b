"""Indexes built beside a running app: a run that is cut off leaves an invalid one, which the next repairs."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from app.database.direct import OWNER, Connection, RunnerError

SUFFIX = "_concurrently"
"""Of the version of a migration that is one CREATE INDEX CONCURRENTLY."""

LOCK_TIMEOUT = "60s"
"""It takes no lock that others wait for, but waits itself until older transactions have ended."""

_STATEMENT = re.compile(r"CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+(\w+)\s+ON\s[^;]*;")
_COMMENT = re.compile(r"--[^\n]*")
_IS_VALID = """
SELECT i.indisvalid
FROM pg_index AS i
JOIN pg_class AS c ON c.oid = i.indexrelid
WHERE c.relname = %s
  AND c.relnamespace = 'public'::regnamespace
"""
_INVALID = """
SELECT string_agg(i.indexrelid::regclass::text, ', ')
FROM pg_index AS i
WHERE NOT i.indisvalid
  AND NOT EXISTS (
      SELECT
      FROM pg_stat_progress_create_index AS p
      WHERE p.index_relid = i.indexrelid
  )
"""


def build(connection: Connection, version: str, text: str) -> None:
    """
    The index is there and valid, also if an earlier run was cut off while building it or right after.

    RunnerError if the migration is anything but one CREATE INDEX CONCURRENTLY, or if it fails; then the index
    is not there.
    """
    found = _STATEMENT.fullmatch(_COMMENT.sub("", text).strip())
    if found is None:
        raise RunnerError(
            f"{version}.up.sql must be one CREATE INDEX CONCURRENTLY name ON ...; all else in other files."
        )
    name = found[1]
    with _as_owner(connection):
        state = connection.execute(_IS_VALID, [name]).fetchone()
        if state == (True,):
            return
        if state == (False,):
            _drop(connection, name)
        try:
            connection.execute(found[0].encode())
        except psycopg.Error as error:
            _drop(connection, name)
            reason = str(error).strip().splitlines()[0].rstrip(".")
            raise RunnerError(f"{version}: the index {name} could not be built: {reason}.") from None


def refuse_invalid(connection: Connection) -> None:
    """RunnerError names the invalid indexes: they cost every write, and no query uses them."""
    [names] = connection.execute(_INVALID).fetchone() or (None,)
    if names:
        raise RunnerError(
            f"These indexes are invalid: {names}; drop each (DROP INDEX CONCURRENTLY) and build it again."
        )


@contextmanager
def _as_owner(connection: Connection) -> Iterator[None]:
    """As the owner of the tables, without a limit on the time a statement takes."""
    connection.execute(f"SET ROLE {OWNER}".encode())
    connection.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'".encode())
    connection.execute(b"SET statement_timeout = 0")
    try:
        yield
    finally:
        connection.execute(b"RESET ROLE")
        connection.execute(b"RESET lock_timeout")
        connection.execute(b"RESET statement_timeout")


def _drop(connection: Connection, name: str) -> None:
    connection.execute(sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(sql.Identifier(name)))
