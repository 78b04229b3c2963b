"""`bantam-seed --scale 1.0 --token-key-file FILE`: fill the database with years of an agency's data."""

import argparse
import sys
import time
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from psycopg.sql import SQL, Identifier

from app.agency.seed import state
from app.agency.seed.days import Days
from app.agency.seed.load import refresh_reports, replace, report
from app.agency.seed.scale import counts
from app.agency.seed.state import Seed
from app.agency.seed.tables import tables
from app.agency.seed.world import World
from app.database.direct import DATABASE, Connection, RunnerError, lock, run


def seed(connection: Connection, options: argparse.Namespace, token_key: bytes) -> None:
    """Seed the database unless it already is; RunnerError if it contains rows that no seed created."""
    lock(connection)
    wanted = tables(token_key)
    names = [table.name for table in wanted]
    state.refuse_others_rows(connection, names)
    size = counts(options.scale, options.work)
    standing = state.finished(connection)
    # Unless a day was given, yesterday's rows are as good as today's.
    today = options.today or (standing.today if standing else _utc_today())
    asked = Seed(options.scale, options.work, options.seed, today)
    if standing == asked and state.holds(connection, size, token_key):
        print(f"Already seeded: {standing}.", file=sys.stderr)
        print(state.summary(connection))
        return
    if options.today is None:
        asked = asked._replace(today=_utc_today())
    started = time.monotonic()
    with connection.transaction():
        total = replace(connection, wanted, World(asked.seed, size, Days(asked.today), asked.work))
        state.begin(connection, asked, total)
    report("committed", started)
    vacuumed = time.monotonic()
    connection.execute(SQL("VACUUM (ANALYZE) {}").format(SQL(", ").join(map(Identifier, names))))
    report("vacuumed and analyzed", vacuumed)
    refresh_reports(connection)
    state.finish(connection)
    report(f"seeded {total:,} rows: {asked}", started)
    print(state.summary(connection))


def _utc_today() -> date:
    return datetime.now(UTC).date()


def main() -> int:
    """Seed; return 0 if the database contains the requested rows."""
    parser = argparse.ArgumentParser(prog="bantam-seed", description=__doc__)
    parser.add_argument(
        "--scale", type=_scale, default=1.0, help="1.0 is 3.3 million rows (default: %(default)s)"
    )
    parser.add_argument(
        "--work",
        type=_times,
        default=1,
        help="multiplies tasks and time entries, over as many times the years (default: 1)",
    )
    parser.add_argument(
        "--seed", type=int, default=1, help="another number creates another agency (default: 1)"
    )
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
    except RunnerError as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return run(options.database, "bantam-seed", partial(seed, options=options, token_key=token_key))


def _scale(text: str) -> float:
    scale = float(text)
    if not 0 < scale <= 100:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 100")
    return scale


def _times(text: str) -> int:
    times = int(text)
    if not 1 <= times <= 100:
        raise argparse.ArgumentTypeError(f"{text} is not between 1 and 100")
    return times


def _token_key(path: str) -> bytes:
    try:
        key = sys.stdin.read() if path == "-" else Path(path).read_text("utf-8")
    except OSError as error:
        raise RunnerError(
            f"The token key file {path} cannot be read ({error.strerror}); name one that can."
        ) from None
    if not key.strip():
        raise RunnerError(f"The token key file {path} is empty; write a random key to it.")
    return key.strip().encode()


if __name__ == "__main__":
    sys.exit(main())
