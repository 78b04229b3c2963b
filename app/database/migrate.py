"""
`bantam-migrate up|status|down [--to VERSION]`: migrations as SQL files, each in one transaction.

One that cannot get its locks within a second lets everybody else go first and tries again. Those named
`..._concurrently` build an index outside a transaction, those named `..._backfill` change rows in batches.
"""

import argparse
import hashlib
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar, cast

from psycopg.errors import DeadlockDetected, LockNotAvailable

from app.database import backfill, concurrent_index
from app.database.direct import DATABASE, OWNER, Connection, RunnerError, lock, run

FOLDER = next(Path(__file__).parents[1].glob("*/migrations"))
LOCK_TIMEOUT = "1s"
STATEMENT_TIMEOUT = "5s"
TRIES = 50  # a minute, for most
LONGEST_PAUSE_S = 1.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Migration:
    """One migration: `version` is the file name without `.up.sql`, `sha256` the hash of its content."""

    version: str
    up: str
    down: str
    sha256: str


def migrations(folder: Path = FOLDER) -> list[Migration]:
    """Return the migrations in order of their numbers; RunnerError for one without a down file."""
    steps = []
    for file in sorted(folder.glob("*.up.sql")):
        version = file.name.removesuffix(".up.sql")
        down = folder / f"{version}.down.sql"
        if not down.exists():
            raise RunnerError(f"{file.name} has no {down.name}; add it in the same folder.")
        content = file.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        steps.append(Migration(version, content.decode(), down.read_text("utf-8"), digest))
    return steps


def applied(connection: Connection) -> dict[str, str]:
    """Return version -> SHA-256 of the applied migrations; empty before the first run."""
    exists = connection.execute("SELECT to_regclass('public.schema_migrations') IS NOT NULL").fetchone()
    if exists != (True,):
        return {}
    rows = connection.execute("SELECT version, sha256 FROM schema_migrations ORDER BY version").fetchall()
    return {cast("str", version): cast("str", sha256) for version, sha256 in rows}


def pending(steps: list[Migration], done: dict[str, str]) -> list[Migration]:
    """Return the migrations to apply; RunnerError if the files contradict the database's history."""
    for step in steps:
        if done.get(step.version, step.sha256) != step.sha256:
            raise RunnerError(
                f"{step.version}.up.sql was changed after it was applied; restore it and add a new migration."
            )
    missing = [step for step in steps if step.version not in done]
    newest = max(done, default="")
    if missing and missing[0].version < newest:
        raise RunnerError(
            f"{missing[0].version} is older than {newest}, which is already applied; give it a later number."
        )
    return missing


def apply(connection: Connection, step: Migration) -> int:
    """Apply one migration and record it; return its milliseconds."""
    started = time.monotonic()
    if step.version.endswith(concurrent_index.SUFFIX):
        concurrent_index.build(connection, step.version, step.up)
        with connection.transaction():
            return _record(connection, step, started)
    if step.version.endswith(backfill.SUFFIX):
        transaction = partial(_owners_transaction, connection)
        backfill.fill(connection, step.version, step.up, transaction, _until_locked)
        with transaction():
            backfill.forget(connection, step.version)
            return _record(connection, step, started)

    def attempt() -> int:
        with connection.transaction():
            _become_owner(connection)
            connection.execute(step.up.encode())
            return _record(connection, step, started)

    return _until_locked(attempt)


def _record(connection: Connection, step: Migration, started: float) -> int:
    _become_owner(connection)
    milliseconds = round((time.monotonic() - started) * 1000)
    connection.execute(
        "INSERT INTO schema_migrations (version, sha256, milliseconds) VALUES (%s, %s, %s)",
        [step.version, step.sha256, milliseconds],
    )
    return milliseconds


def _until_locked(attempt: Callable[[], T]) -> T:
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


def revert(connection: Connection, step: Migration) -> None:
    """Roll back one migration and delete its record in one transaction."""
    with connection.transaction():
        _become_owner(connection)
        connection.execute(step.down.encode())
        connection.execute("DELETE FROM schema_migrations WHERE version = %s", [step.version])


@contextmanager
def _owners_transaction(connection: Connection) -> Iterator[None]:
    with connection.transaction():
        _become_owner(connection)
        yield


def _become_owner(connection: Connection) -> None:
    connection.execute(f"SET LOCAL ROLE {OWNER}".encode())
    connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'".encode())
    connection.execute(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'".encode())


def _make_history(connection: Connection) -> None:
    with connection.transaction():
        _become_owner(connection)
        connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_migrations ("
            " applied_at timestamptz NOT NULL DEFAULT now(),"
            " milliseconds integer NOT NULL,"
            " version text PRIMARY KEY,"
            " sha256 text NOT NULL)"
        )


def up(connection: Connection) -> None:
    """Apply pending migrations and print each; print nothing if there are none."""
    steps = migrations()
    if pending(steps, applied(connection)):
        lock(connection)
        _make_history(connection)
    for step in pending(steps, applied(connection)):
        print(f"{step.version} applied in {apply(connection, step)} ms")
    concurrent_index.refuse_invalid(connection)


def down(connection: Connection, to: str | None = None) -> None:
    """Roll back the newest applied migration, or all those after the version `to`: all of them or none."""
    lock(connection)
    done = applied(connection)
    newest_first = sorted(done, reverse=True)
    if not done:
        raise RunnerError("No migration is applied; there is nothing to roll back.")
    if to is not None and to not in done:
        raise RunnerError(f"{to} is not applied; `bantam-migrate status` lists what is.")
    undone = newest_first[:1] if to is None else [version for version in newest_first if version > to]
    steps = [_step_of(version, done[version]) for version in undone]

    def attempt() -> None:
        with connection.transaction():
            for step in steps:
                revert(connection, step)

    _until_locked(attempt)
    for version in undone:
        print(f"{version} rolled back")


def _step_of(version: str, sha256: str) -> Migration:
    """The release's migration that was applied; RunnerError if the release does not have it."""
    step = next((step for step in migrations() if step.version == version), None)
    if step is None:
        raise RunnerError(
            f"{version} is not among this release's migrations; run the release that applied it."
        )
    if sha256 != step.sha256:
        raise RunnerError(
            f"{version}.up.sql was changed after it was applied; roll it back with the release that has it."
        )
    return step


def status(connection: Connection) -> None:
    """Print whether each migration is pending or applied."""
    done = applied(connection)
    waiting = {step.version for step in pending(migrations(), done)}
    for version in sorted(waiting | set(done)):
        print(f"{version} {'pending' if version in waiting else 'applied'}")


def main() -> int:
    """Run one command; return 0 if it succeeded."""
    parser = argparse.ArgumentParser(prog="bantam-migrate", description=__doc__)
    parser.add_argument("command", choices=["up", "status", "down"])
    parser.add_argument(
        "--database", default=DATABASE, help="conninfo of PostgreSQL itself (default: %(default)s)"
    )
    parser.add_argument("--to", metavar="VERSION", help="down: roll back every migration after this one")
    options = parser.parse_args()
    commands = {
        "up": up,
        "status": status,
        "down": lambda connection: down(connection, options.to),
    }
    return run(options.database, f"bantam-migrate {options.command}", commands[options.command])
