"""`bantam-migrate up|status|down`: the schema as plain SQL files, each applied in one transaction."""

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
    """One step: `version` is the file's name without `.up.sql`, `sha256` that of its content."""

    version: str
    up: str
    down: str
    sha256: str


def migrations(folder: Path = FOLDER) -> list[Migration]:
    """Return the steps in the order of their numbers; RunnerError for one that has no way down."""
    steps = []
    for file in sorted(folder.glob("*.up.sql")):
        version = file.name.removesuffix(".up.sql")
        down = folder / f"{version}.down.sql"
        if not down.exists():
            raise RunnerError(f"{file.name} has no {down.name}; write it beside it.")
        content = file.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        steps.append(Migration(version, content.decode(), down.read_text("utf-8"), digest))
    return steps


def applied(connection: Connection) -> dict[str, str]:
    """Return version -> SHA-256 of what the database has; nothing before the first run."""
    exists = connection.execute("SELECT to_regclass('public.schema_migrations') IS NOT NULL").fetchone()
    if exists != (True,):
        return {}
    rows = connection.execute("SELECT version, sha256 FROM schema_migrations ORDER BY version").fetchall()
    return {cast("str", version): cast("str", sha256) for version, sha256 in rows}


def pending(steps: list[Migration], done: dict[str, str]) -> list[Migration]:
    """Return the steps to apply; RunnerError when history and files contradict each other."""
    for step in steps:
        if done.get(step.version, step.sha256) != step.sha256:
            raise RunnerError(
                f"{step.version}.up.sql was changed after it was applied; restore it and add a new migration."
            )
    missing = [step for step in steps if step.version not in done]
    newest = max(done, default="")
    if missing and missing[0].version < newest:
        raise RunnerError(
            f"{missing[0].version} is older than {newest}, which is applied already; give it a later number."
        )
    return missing


def apply(connection: Connection, step: Migration) -> int:
    """Apply one step and record it, both or neither; return its milliseconds."""
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
    """Take one step back and forget it, both or neither."""
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
    """Apply what is pending, saying each; with nothing to do, say nothing."""
    steps = migrations()
    if not pending(steps, applied(connection)):
        return
    lock(connection)
    _make_history(connection)
    for step in pending(steps, applied(connection)):
        print(f"{step.version} applied in {apply(connection, step)} ms")


def down(connection: Connection) -> None:
    """Take back the newest step that is applied."""
    lock(connection)
    done = applied(connection)
    newest = max(done, default=None)
    if newest is None:
        raise RunnerError("No migration is applied; there is nothing to take back.")
    step = next((step for step in migrations() if step.version == newest), None)
    if step is None:
        raise RunnerError(f"{newest} is not among this release's migrations; run the release that made it.")
    if done[newest] != step.sha256:
        raise RunnerError(
            f"{newest}.up.sql was changed after it was applied; take it back by the release that made it."
        )
    revert(connection, step)
    print(f"{newest} taken back")


def status(connection: Connection) -> None:
    """Say of each step whether the database has it."""
    done = applied(connection)
    waiting = {step.version for step in pending(migrations(), done)}
    for version in sorted(waiting | set(done)):
        print(f"{version} {'pending' if version in waiting else 'applied'}")


def main() -> int:
    """Run one command; the exit code is 0 when the database is as asked."""
    parser = argparse.ArgumentParser(prog="bantam-migrate", description=__doc__)
    parser.add_argument("command", choices=["up", "status", "down"])
    parser.add_argument(
        "--database", default=DATABASE, help="conninfo of PostgreSQL itself (default: %(default)s)"
    )
    options = parser.parse_args()
    command = {"up": up, "status": status, "down": down}[options.command]
    return run(options.database, f"bantam-migrate {options.command}", command)
