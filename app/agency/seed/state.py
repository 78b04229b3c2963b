"""The database's record of its seed: one row in `seed_state`, written together with the seed's rows."""

from dataclasses import asdict
from datetime import date
from typing import NamedTuple, cast

from psycopg.sql import SQL, Identifier

from app.agency.seed.people import token_hash
from app.agency.seed.scale import Counts
from app.database.direct import Connection, RunnerError

GENERATION = 2
"""Incremented when the same scale, seed and day give different rows: an older database is then reseeded."""

TABLE = """
CREATE TABLE seed_state (
    started_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    row_total bigint NOT NULL,
    today date NOT NULL,
    generation integer NOT NULL,
    seed integer NOT NULL,
    work integer NOT NULL,
    scale double precision NOT NULL
)
"""


class Seed(NamedTuple):
    """The parameters that determine the rows."""

    scale: float
    work: int
    seed: int
    today: date
    generation: int = GENERATION

    def __str__(self) -> str:
        work = f", {self.work} times the work" if self.work > 1 else ""
        return f"scale {self.scale:g}{work}, seed {self.seed}, for {self.today}"


def finished(connection: Connection) -> Seed | None:
    """Return the seed in the database, None if none was finished."""
    if not exists(connection, "seed_state"):
        return None
    # The table of an earlier release has no column `work`: it was always 1.
    row = connection.execute(
        "SELECT scale, coalesce((to_jsonb(s) ->> 'work')::integer, 1), seed, today, generation"
        " FROM seed_state AS s WHERE finished_at IS NOT NULL"
    ).fetchone()
    return None if row is None else Seed(*cast("tuple[float, int, int, date, int]", row))


def holds(connection: Connection, counts: Counts, token_key: bytes) -> bool:
    """Return whether the tables have the last rows of `counts`, and the tokens of this key."""
    last = ((name, "id", number) for name, number in asdict(counts).items())
    return all(
        connection.execute(
            SQL("SELECT FROM {} WHERE {} = %s").format(Identifier(table), Identifier(column)), [value]
        ).fetchone()
        is not None
        for table, column, value in (*last, ("api_tokens", "token_hash", token_hash(token_key, 1)))
    )


def refuse_others_rows(connection: Connection, names: list[str]) -> None:
    """Raise RunnerError if a table is missing, or has rows that no seed created."""
    for name in names:
        if not exists(connection, name):
            raise RunnerError(f"The table {name} does not exist; run `bantam-migrate up` first.")
    if exists(connection, "seed_state"):
        return
    for name in names:
        if connection.execute(SQL("SELECT FROM {} LIMIT 1").format(Identifier(name))).fetchone() is not None:
            raise RunnerError(f"The table {name} has rows that no seed created; seed an empty database.")


def begin(connection: Connection, seed: Seed, row_total: int) -> None:
    """Record a seed as unfinished, in the transaction that creates its rows."""
    connection.execute("DROP TABLE IF EXISTS seed_state")
    connection.execute(TABLE)
    connection.execute(
        "INSERT INTO seed_state (row_total, scale, work, seed, today, generation)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        [row_total, *seed],
    )


def finish(connection: Connection) -> None:
    """Record the seed as finished."""
    connection.execute("UPDATE seed_state SET finished_at = clock_timestamp()")


def summary(connection: Connection) -> str:
    """Return the recorded seed as one line of JSON; `seconds` is how long it took."""
    row = connection.execute(
        "SELECT json_build_object('scale', scale, 'work', to_jsonb(s) -> 'work', 'seed', seed,"
        " 'today', today, 'users', (SELECT count(*) FROM users), 'rows', row_total,"
        " 'seconds', round(extract(EPOCH FROM finished_at - started_at), 1))::text"
        " FROM seed_state AS s"
    ).fetchone()
    return str(row[0]) if row else "null"


def exists(connection: Connection, table: str) -> bool:
    """Return whether the table exists."""
    return connection.execute("SELECT to_regclass(%s) IS NOT NULL", [f"public.{table}"]).fetchone() == (True,)
