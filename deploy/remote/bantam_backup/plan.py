"""
`bantam-backup plan FOLDER`: what the migrations of a folder would do, tried on a copy of the data.

The copy is restored from the repository as for a drill, beside the database that serves, and removed.
"""

import subprocess

from . import recovery
from .commands import BackupError, as_postgres, run, say
from .drill import restore_newest
from .postgres import DRILLED
from .protected import alone, become_a_unit

_SERVES = "/opt/bantam/current"
_MIGRATE = f"{_SERVES}/bin/bantam-migrate"


def plan(*, folder: str) -> int:
    """The exit code of `bantam-migrate plan` on the copy, which prints what it did there."""
    become_a_unit()
    said = run(*as_postgres(_MIGRATE, "status", "--files", folder))
    if said.returncode:
        raise BackupError(said.stderr.strip() or said.stdout.strip())
    if " pending" not in said.stdout:
        say("Nothing is pending: the database has every migration of these sources.")
        return 0
    with alone("try migrations on a copy"):
        try:
            restore_newest("other")
            recovery.promote(DRILLED)
            database = f"host={DRILLED.socket} dbname=bantam user=postgres"
            command = as_postgres(
                _MIGRATE, "plan", "--files", folder, "--beside", _SERVES, "--database", database
            )
            return subprocess.run(command, check=False, cwd="/").returncode
        finally:
            recovery.remove(DRILLED)
