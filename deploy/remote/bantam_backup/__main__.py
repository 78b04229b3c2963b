"""
Backups of this server, and the way back: `bantam-backup take`, `list`, `restore`.

PostgreSQL itself runs `bantam-backup push` to archive WAL.
"""

import argparse
import sys

from . import drill, exchange, listing, plan, points, push, repository, restore, take
from .commands import BackupError, say


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bantam-backup", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser("take", help="take a backup")
    command.add_argument("--full", action="store_true", help="a full one, whatever there is")
    command.add_argument("--if-due", action="store_true", help="only if it is time for one")
    command.add_argument("--hour", type=int, default=2, help="UTC, with --if-due")
    command.set_defaults(run=take.take)
    command = commands.add_parser("list", help="list the backups")
    command.set_defaults(run=listing.list_backups)
    command = commands.add_parser("point", help="create a restore point")
    command.add_argument("name", help="what to call it")
    command.set_defaults(run=points.create)
    command = commands.add_parser("restore", help="go back to a moment")
    command.add_argument("to", help="latest, a time, an LSN or the name of a restore point")
    command.add_argument("--look", action="store_true", help="only make a copy to look at")
    command.add_argument("--release", default="", help="the release of then, which serves with it")
    command.set_defaults(run=restore.restore)
    for name, run, what in (
        ("finish", exchange.finish, "after a restore that was cut off: let everything run"),
        ("drill", drill.drill, "restore what is in the repository, beside the database, and look at it"),
        ("accept", restore.accept, "delete what was kept from before a restore"),
        ("undo", restore.undo, "bring back what was kept from before a restore"),
    ):
        commands.add_parser(name, help=what).set_defaults(run=run)
    command = commands.add_parser("plan", help="try migrations on a copy of the data")
    command.add_argument("folder", help="where their files are")
    command.set_defaults(run=plan.plan)
    command = commands.add_parser("answers", help="see whether a repository can be read and written")
    command.add_argument("--empty", action="store_true", help="it must have no backups")
    command.add_argument("configuration", help="a file of pgBackRest's configuration")
    command.set_defaults(run=repository.answers)
    command = commands.add_parser("push", help="for PostgreSQL: archive a file of WAL")
    command.add_argument("--keep-mb", type=int, required=True, help="how much WAL may wait")
    command.add_argument("path", help="the file, from the data directory")
    command.set_defaults(run=push.push)
    return parser


def main() -> int:
    """Run one command; what cannot be done is one sentence and exit code 1."""
    asked = vars(_parser().parse_args())
    try:
        return int(asked.pop("run")(**asked) or 0)
    except BackupError as error:
        say(str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main())
