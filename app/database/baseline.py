"""The history of a database whose schema was made by other means than this runner."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import unified_diff

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from app.database.direct import OWNER, Connection, RunnerError, lock
from app.database.migrations import Migration, applied, migrations
from app.database.steps import apply, make_history, owners_transaction, record

_SCRATCH = "bantam_baseline"
# What a deploy sets up for every database.
_OF_THE_DEPLOY = (" SCHEMA public ", "ALTER DEFAULT PRIVILEGES ")
_DUMP = (
    "pg_dump",
    "--schema-only",
    "--schema=public",
    "--exclude-table=schema_migrations",
    "--restrict-key=same",
)
_EXTENSIONS = """
SELECT
    e.extname,
    n.nspname
FROM pg_extension AS e
JOIN pg_namespace AS n ON n.oid = e.extnamespace
WHERE e.extname <> 'plpgsql'
"""  # which each database has


def baseline(connection: Connection, to: str) -> None:
    """
    The history says that all migrations up to the version `to` are applied; nothing else changes.

    RunnerError if it says anything already, or if the schema is not exactly what these migrations make: they
    are applied to an empty database, to compare.
    """
    lock(connection)
    steps = [step for step in migrations() if step.version <= to]
    if not steps or steps[-1].version != to:
        raise RunnerError(f"There is no migration {to}; `bantam-migrate status` lists them.")
    if done := applied(connection):
        raise RunnerError(f"This database has a history already, up to {max(done)}: nothing to do.")
    _refuse_another_schema(connection, steps)
    make_history(connection)
    with owners_transaction(connection):
        for step in steps:
            record(connection, step, 0)
    print(f"{len(steps)} migrations are recorded as applied, up to {to}")


def _refuse_another_schema(connection: Connection, steps: list[Migration]) -> None:
    with _empty_database(connection) as scratch:
        make_history(scratch)
        for step in steps:
            apply(scratch, step)
        wanted = _dump(scratch)
    found = _dump(connection)
    lines = [*unified_diff(wanted, found, n=0, lineterm="")][2:]
    differences = [line for line in lines if not line.startswith("@@")]
    if differences:
        sign, line = differences[0][0], differences[0][1:]
        what = "lacks" if sign == "-" else "has"
        raise RunnerError(
            f"The schema is not that of {steps[-1].version}: it {what} `{line.strip()}`, and"
            f" {len(differences) - 1} more lines of pg_dump --schema-only differ."
        )


@contextmanager
def _empty_database(connection: Connection) -> Iterator[Connection]:
    """A database with the same extensions, and nothing else; it is gone afterwards."""
    name = sql.Identifier(_SCRATCH)
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(name))
    owner = sql.Identifier(OWNER)
    connection.execute(sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(name, owner))
    try:
        conninfo = make_conninfo(connection.info.dsn, dbname=_SCRATCH)
        with psycopg.connect(conninfo, autocommit=True) as scratch:
            for extension, schema in connection.execute(_EXTENSIONS).fetchall():
                names = sql.Identifier(str(extension)), sql.Identifier(str(schema))
                scratch.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(names[1]))
                create = sql.SQL("CREATE EXTENSION IF NOT EXISTS {} SCHEMA {}")
                scratch.execute(create.format(*names))
            yield scratch
    finally:
        connection.execute(sql.SQL("DROP DATABASE {}").format(name))


def _dump(connection: Connection) -> list[str]:
    """The schema's statements, a line each, as pg_dump writes them."""
    done = subprocess.run([*_DUMP, connection.info.dsn], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RunnerError(f"pg_dump failed: {(done.stderr.strip().splitlines() or ['it said nothing'])[0]}.")
    lines = (line for line in done.stdout.splitlines() if line and not line.startswith(("--", "\\")))
    return [line for line in lines if not any(part in line for part in _OF_THE_DEPLOY)]
