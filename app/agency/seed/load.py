"""Load all tables in one transaction: truncate, COPY, then create indexes and foreign keys."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice

from psycopg.sql import SQL, Identifier

from app.agency.seed.tables import Table
from app.agency.seed.world import World
from app.database.direct import OWNER, Connection

LINES = 2_000
"""Rows passed to the driver at a time: enough to be efficient, few enough to use little memory."""

INDEXES = """
SELECT pg_get_indexdef(i.indexrelid), i.indexrelid::regclass::text, obj_description(i.indexrelid, 'pg_class')
FROM pg_index AS i
WHERE i.indrelid::regclass::text = ANY(%s)
  AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.indexrelid AND c.contype <> 'f')
ORDER BY 2
"""

FOREIGN_KEYS = """
SELECT conrelid::regclass::text, conname::text, pg_get_constraintdef(oid)
FROM pg_constraint
WHERE contype = 'f'
  AND conrelid::regclass::text = ANY(%s)
ORDER BY 1, 2
"""

REPORTS = "SELECT view FROM report_refreshes ORDER BY view"

REFRESHED = "UPDATE report_refreshes SET refreshed_at = now(), milliseconds = %s WHERE view = %s"

IDENTITIES = """
SELECT setval(pg_get_serial_sequence(%(table)s, 'id'), (SELECT max(id) FROM {table}))
"""


def replace(connection: Connection, tables: Sequence[Table], world: World) -> int:
    """
    Replace the tables' contents with the world's rows, in the caller's transaction; return how many.

    Secondary indexes and foreign keys are dropped first and recreated from their own definitions, which is
    faster than keeping them, and PostgreSQL still checks every reference. The transaction that truncates a
    table may COPY frozen rows into it, so nothing is left to vacuum.
    """
    names = [table.name for table in tables]
    # Without triggers: they would keep all rows in memory, for a cache that has to be invalidated anyway.
    connection.execute("SET LOCAL session_replication_role = 'replica'")
    connection.execute("INSERT INTO cache_touches (by_app, tags) VALUES (false, ARRAY['epoch'])")
    connection.execute(SQL("SET LOCAL ROLE {}").format(Identifier(OWNER)))
    connection.execute("SET LOCAL lock_timeout = '10s'")
    connection.execute(
        SQL("TRUNCATE {} RESTART IDENTITY").format(SQL(", ").join(Identifier(name) for name in names))
    )
    with _without_references(connection, names):
        total = sum(_copy(connection, table, world) for table in tables)
    for table in tables:
        if table.columns.startswith("id,"):
            name = table.name
            connection.execute(SQL(IDENTITIES).format(table=Identifier(name)), {"table": name})
    return total


def refresh_reports(connection: Connection) -> None:
    """Refresh the reports' views as their owner."""
    for (view,) in connection.execute(REPORTS).fetchall():
        started = time.monotonic()
        with connection.transaction():
            connection.execute(SQL("SET LOCAL ROLE {}").format(Identifier(OWNER)))
            connection.execute(SQL("REFRESH MATERIALIZED VIEW {}").format(Identifier(str(view))))
            milliseconds = round((time.monotonic() - started) * 1000)
            connection.execute(REFRESHED, [milliseconds, view])
        connection.execute(SQL("VACUUM (ANALYZE) {}").format(Identifier(str(view))))
        report(f"{view} refreshed", started)


@contextmanager
def _without_references(connection: Connection, names: list[str]) -> Iterator[None]:
    indexes = connection.execute(INDEXES, [names]).fetchall()
    foreign_keys = connection.execute(FOREIGN_KEYS, [names]).fetchall()
    for table, key, _ in foreign_keys:
        connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {key}".encode())
    for _, index, _ in indexes:
        connection.execute(f"DROP INDEX {index}".encode())
    yield
    started = time.monotonic()
    for definition, index, comment in indexes:
        connection.execute(str(definition).encode())
        if comment is not None:
            connection.execute(SQL("COMMENT ON INDEX {} IS {}").format(Identifier(str(index)), str(comment)))
    report(f"{len(indexes)} indexes", started)
    started = time.monotonic()
    for table, key, definition in foreign_keys:
        connection.execute(f"ALTER TABLE {table} ADD CONSTRAINT {key} {definition}".encode())
    report(f"{len(foreign_keys)} foreign keys checked", started)


def _copy(connection: Connection, table: Table, world: World) -> int:
    started = time.monotonic()
    statement = f"COPY {table.name} ({table.columns}) FROM STDIN WITH (FREEZE)"
    rows = table.rows(world)
    with connection.cursor() as cursor:
        with cursor.copy(statement.encode()) as copy:
            while lines := "".join(islice(rows, LINES)):
                copy.write(lines)
        count = cursor.rowcount
    report(f"{table.name}: {count:,} rows", started)
    return count


def report(what: str, started: float) -> None:
    """Print on standard error what was done and how long it took."""
    print(f"{what}, {time.monotonic() - started:.1f} s", file=sys.stderr, flush=True)
