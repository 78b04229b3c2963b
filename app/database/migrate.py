"""
`bantam-migrate up|contract|down|status|baseline|plan`: migrations as SQL files, each in one transaction.

One that cannot get its locks within a second lets everybody else go first and tries again. Those named
`..._concurrently` build an index outside a transaction, those named `..._backfill` change rows in batches,
and those named `..._contract` wait until the release that a rollback leads to has them, too.
"""

import argparse
from pathlib import Path

from app.database import concurrent_index
from app.database.baseline import baseline
from app.database.direct import DATABASE, Connection, RunnerError, lock, run
from app.database.migrations import FOLDER, Migration, applied, migrations, of_release, pending
from app.database.plan import plan
from app.database.steps import apply, make_history, revert


def up(connection: Connection) -> None:
    """Apply pending migrations but contracts and print each; print nothing if there are none."""

    def expanding() -> list[Migration]:
        return [step for step in pending(migrations(), applied(connection)) if not step.is_contract]

    if expanding():
        lock(connection)
        make_history(connection)
    for step in expanding():
        print(f"{step.version} applied in {apply(connection, step)} ms")
    concurrent_index.refuse_invalid(connection)


def contract(connection: Connection, release_before: Path | None) -> None:
    """
    Apply the pending contracts and print each.

    One that the release before does not have waits: a rollback to that release would find no schema it can
    run on.
    """
    known = of_release(release_before) if release_before else None
    for step in pending(migrations(), applied(connection)):
        if not step.is_contract:
            raise RunnerError(f"{step.version} is pending and comes first: run `bantam-migrate up`.")
        if known is not None and step.version not in {each.version for each in known}:
            print(f"{step.version} waits for the next release: a rollback would lead to one without it")
            continue
        lock(connection)
        print(f"{step.version} applied in {apply(connection, step)} ms")


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
        known = of_release(to_release)
        if known is None:
            raise RunnerError(f"{to_release} is no release: it has no migrations.")
        undone = [version for version in newest_first if version not in {step.version for step in known}]
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
    commands.add_parser("up", help="apply what is pending, but for contracts")
    command = commands.add_parser("contract", help="apply the contracts whose time has come")
    command.add_argument("--release-before", type=Path, metavar="FOLDER", help="where a rollback leads")
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
    for command in commands.choices.values():
        command.add_argument(
            "--database", default=DATABASE, help="conninfo of PostgreSQL itself (default: %(default)s)"
        )
    return parser


def main() -> int:
    """Run one command; return 0 if it succeeded."""
    options = _parser().parse_args()
    commands = {
        "up": up,
        "contract": lambda connection: contract(connection, options.release_before),
        "down": lambda connection: down(connection, options.to, options.to_release),
        "status": lambda connection: status(connection, options.files),
        "baseline": lambda connection: baseline(connection, options.to),
        "plan": lambda connection: plan(connection, migrations(options.files)),
    }
    return run(options.database, f"bantam-migrate {options.command}", commands[options.command])
