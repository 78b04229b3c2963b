"""`python -m app.seed --scale 1.0 --token-key-file FILE`: fill the database with an agency's years."""

import argparse
import sys
import time
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from psycopg.sql import SQL, Identifier

from app.direct import DATABASE, Connection, Refusal, lock, run
from app.seed.days import Days
from app.seed.load import replace, report
from app.seed.people import token_hash
from app.seed.scale import counts
from app.seed.tables import tables
from app.seed.world import World

GENERATION = 1
"""Raised whenever the same scale, seed and day would give other rows; a database of an older one is made anew."""

STATE = """
CREATE TABLE IF NOT EXISTS seed_state (
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    row_total bigint NOT NULL,
    today date NOT NULL,
    generation integer NOT NULL,
    seed integer NOT NULL,
    scale double precision NOT NULL
)
"""


def seed(connection: Connection, options: argparse.Namespace, token_key: bytes) -> None:
    """Leave the database with the rows asked for; Refusal if it holds rows that no seed made."""
    lock(connection)
    wanted = tables(token_key)
    standing = _standing(connection, [table.name for table in wanted])
    today = options.today or datetime.now(UTC).date()
    if standing is not None and options.today in {None, standing}:
        same = connection.execute(
            "SELECT today FROM seed_state WHERE finished_at IS NOT NULL"
            " AND (generation, seed, scale) = (%s, %s, %s)"
            " AND EXISTS (SELECT FROM api_tokens WHERE token_hash = %s)",
            [GENERATION, options.seed, options.scale, token_hash(token_key, 1)],
        ).fetchone()
        if same is not None:
            print(f"Already seeded: scale {options.scale:g}, seed {options.seed}, for {standing}.")
            return
    started = time.monotonic()
    world = World(options.seed, counts(options.scale), Days(today))
    with connection.transaction():
        total = replace(connection, wanted, world)
        connection.execute(STATE)
        connection.execute("TRUNCATE seed_state")
        connection.execute(
            "INSERT INTO seed_state (row_total, today, generation, seed, scale) VALUES (%s, %s, %s, %s, %s)",
            [total, today, GENERATION, options.seed, options.scale],
        )
    report("committed", started)
    vacuumed = time.monotonic()
    names = SQL(", ").join(Identifier(table.name) for table in wanted)
    connection.execute(SQL("VACUUM (ANALYZE) {}").format(names))
    report("vacuumed and analysed", vacuumed)
    connection.execute("UPDATE seed_state SET finished_at = clock_timestamp()")
    print(
        f"Seeded {total:,} rows in {time.monotonic() - started:.1f} s: scale {options.scale:g},"
        f" seed {options.seed}, for {today}."
    )


def _standing(connection: Connection, names: list[str]) -> date | None:
    """Return the day that the database was seeded for, None if it is empty; Refusal for rows of anyone else."""
    missing = [
        name
        for name in names
        if connection.execute("SELECT to_regclass(%s)", [f"public.{name}"]).fetchone() == (None,)
    ]
    if missing:
        raise Refusal(f"The table {missing[0]} does not exist; run `python -m app.migrate up` first.")
    if connection.execute("SELECT to_regclass('public.seed_state') IS NOT NULL").fetchone() == (True,):
        row = connection.execute("SELECT today FROM seed_state").fetchone()
        if row is not None:
            return row[0] if isinstance(row[0], date) else None
    for name in names:
        if connection.execute(SQL("SELECT FROM {} LIMIT 1").format(Identifier(name))).fetchone() is not None:
            raise Refusal(f"The table {name} has rows that no seed made; seed an empty database.")
    return None


def main() -> int:
    """Seed; the exit code is 0 when the database holds what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m app.seed", description=__doc__)
    parser.add_argument(
        "--scale", type=float, default=1.0, help="1.0 is 2.1 million rows (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=1, help="another number is another agency (default: 1)")
    parser.add_argument(
        "--today", type=date.fromisoformat, help="the day that all dates refer to (default: today)"
    )
    parser.add_argument(
        "--token-key-file", required=True, help="file with the key of the users' tokens; - is standard input"
    )
    parser.add_argument(
        "--database", default=DATABASE, help="conninfo of PostgreSQL itself (default: %(default)s)"
    )
    options = parser.parse_args()
    try:
        token_key = _token_key(options.token_key_file)
        if not 0 < options.scale <= 100:
            raise Refusal(f"The scale {options.scale:g} is not between 0 and 100; 1.0 is 2.1 million rows.")
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return run(options.database, "bantam-seed", partial(seed, options=options, token_key=token_key))


def _token_key(path: str) -> bytes:
    try:
        key = sys.stdin.read() if path == "-" else Path(path).read_text("utf-8")
    except OSError as error:
        raise Refusal(
            f"The token key file {path} cannot be read ({error.strerror}); name one that can."
        ) from None
    if not key.strip():
        raise Refusal(f"The token key file {path} is empty; write a random key to it.")
    return key.strip().encode()


if __name__ == "__main__":
    sys.exit(main())
