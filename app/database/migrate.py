"""
`bantam-migrate up|down|status|baseline|plan`: migrations as SQL files, each in one transaction.

One that cannot get its locks within a second lets everybody else go first and tries again. Those named
`..._concurrently` build an index outside a transaction, those named `..._backfill` change rows in batches,
and those named `..._contract` wait while the release that a rollback leads to does not have them.
"""

import argparse
from pathlib import Path

from app.database import concurrent_index
from app.database.baseline import baseline
from app.database.direct import DATABASE, Connection, RunnerError, lock, run
from app.database.migrations import FOLDER, Migration, applied, migrations, of_release, pending, waiting
from app.database.plan import plan
from app.database.steps import apply, make_history, revert


def up(connection: Connection, beside: Path | None) -> None:
    """Apply what is pending in order and print each; contracts that the release `beside` lacks wait."""

    def due() -> list[Migration]:
        left = pending(migrations(), applied(connection))
        return [step for step in left if step not in waiting(left, beside)]

    if due():
        lock(connection)
        make_history(connection)
    for step in due():
        print(f"{step.version} applied in {apply(connection, step)} ms")
    for step in pending(migrations(), applied(connection)):
        print(f"{step.version} waits for the next release: a rollback would lead to one without it")
    concurrent_index.refuse_invalid(connection)


def down(connection: Connection, to: str | None, to_release: Path | None) -> None:
    """
    Roll back the newest migration, those after the version `to`, or those that `to_release` does not have.

    All of them or none.
    """
    lock(connection)
    done = applied(connection)
    newest_first = sorted(done, reverse=True)
    if not done:
        raise RunnerError("No migration is applied; there is nothing to roll back.")
    if to is not None and to not in done:
        raise RunnerError(f"{to} is not applied; `bantam-migrate status` lists what is.")
    if to is not None:
        undone = [version for version in newest_first if version > to]
    elif to_release is not None:
        known = {step.version for step in of_release(to_release)}
        undone = [version for version in newest_first if version not in known]
    else:
        undone = newest_first[:1]
    revert(connection, [_step_of(version, done[version]) for version in undone])
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


def status(connection: Connection, folder: Path) -> None:
    """Print whether each migration is pending or applied."""
    done = applied(connection)
    waiting = {step.version for step in pending(migrations(folder), done)}
    for version in sorted(waiting | set(done)):
        print(f"{version} {'pending' if version in waiting else 'applied'}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bantam-migrate", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    command = commands.add_parser("up", help="apply what is pending")
    command.add_argument("--beside", type=Path, metavar="RELEASE", help="contracts that it lacks wait")
    command = commands.add_parser("down", help="roll back the newest migration")
    to = command.add_mutually_exclusive_group()
    to.add_argument("--to", metavar="VERSION", help="roll back every migration after this one")
    to.add_argument("--to-release", type=Path, metavar="FOLDER", help="roll back those it does not have")
    command = commands.add_parser("status", help="list the migrations")
    command.add_argument("--files", type=Path, default=FOLDER, help="of other sources than this release's")
    command = commands.add_parser("baseline", help="of a database that has the schema, but no history")
    command.add_argument("--to", required=True, metavar="VERSION", help="what its schema is up to")
    command = commands.add_parser("plan", help="apply what is pending to a copy, and show SQL, locks, time")
    command.add_argument("--files", type=Path, default=FOLDER, help="of other sources than this release's")
    command.add_argument("--beside", type=Path, metavar="RELEASE", help="contracts that it lacks come last")
    for command in commands.choices.values():
        command.add_argument(
            "--database", default=DATABASE, help="conninfo of PostgreSQL itself (default: %(default)s)"
        )
    return parser


def main() -> int:
    """Run one command; return 0 if it succeeded."""
    options = _parser().parse_args()
    commands = {
        "up": lambda connection: up(connection, options.beside),
        "down": lambda connection: down(connection, options.to, options.to_release),
        "status": lambda connection: status(connection, options.files),
        "baseline": lambda connection: baseline(connection, options.to),
        "plan": lambda connection: plan(connection, migrations(options.files), options.beside),
    }
    return run(options.database, f"bantam-migrate {options.command}", commands[options.command])
