"""`bantam-migrate up|status|down`: migrations as plain SQL files, each applied in one transaction."""

import argparse
import hashlib
import time
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from app.database.direct import DATABASE, OWNER, Connection, RunnerError, lock, run

FOLDER = next(Path(__file__).parents[1].glob("*/migrations"))
LOCK_TIMEOUT = "1s"
STATEMENT_TIMEOUT = "5s"


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
    """Apply one migration and record it in one transaction; return its milliseconds."""
    started = time.monotonic()
    with connection.transaction():
        _become_owner(connection)
        connection.execute(step.up.encode())
        milliseconds = round((time.monotonic() - started) * 1000)
        connection.execute(
            "INSERT INTO schema_migrations (version, sha256, milliseconds) VALUES (%s, %s, %s)",
            [step.version, step.sha256, milliseconds],
        )
    return milliseconds


def revert(connection: Connection, step: Migration) -> None:
    """Roll back one migration and delete its record in one transaction."""
    with connection.transaction():
        _become_owner(connection)
        connection.execute(step.down.encode())
        connection.execute("DELETE FROM schema_migrations WHERE version = %s", [step.version])


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
    if not pending(steps, applied(connection)):
        return
    lock(connection)
    _make_history(connection)
    for step in pending(steps, applied(connection)):
        print(f"{step.version} applied in {apply(connection, step)} ms")


def down(connection: Connection) -> None:
    """Roll back the newest applied migration."""
    lock(connection)
    done = applied(connection)
    newest = max(done, default=None)
    if newest is None:
        raise RunnerError("No migration is applied; there is nothing to roll back.")
    step = next((step for step in migrations() if step.version == newest), None)
    if step is None:
        raise RunnerError(
            f"{newest} is not among this release's migrations; run the release that applied it."
        )
    if done[newest] != step.sha256:
        raise RunnerError(
            f"{newest}.up.sql was changed after it was applied; roll it back with the release that has it."
        )
    revert(connection, step)
    print(f"{newest} rolled back")


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
    options = parser.parse_args()
    command = {"up": up, "status": status, "down": down}[options.command]
    return run(options.database, f"bantam-migrate {options.command}", command)
