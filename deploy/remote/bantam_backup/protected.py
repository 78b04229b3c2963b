"""Work that must run to its end, alone, whatever becomes of the connection of whoever began it."""

import contextlib
import fcntl
import os
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from .commands import BackupError

_MARK = "BANTAM_BACKUP_PROTECTED"
# Set by a rollback, which holds the lock while it waits for this.
_HELD = "BANTAM_LOCK_HELD"
# Of deploys, too: the two must not meet.
_LOCK = Path("/run/bantam-deploy.lock")


def become_a_unit(*properties: str) -> None:
    """
    From here on a unit of systemd with these properties works; the process that was called waits for it.

    Whatever ends the unit, even a kill, `bantam-backup finish` runs after it.
    """
    if os.geteuid():
        raise BackupError("This needs root: run it with sudo.")
    if _MARK in os.environ:
        return
    options = [
        *("--quiet", "--pipe", "--wait", "--collect", "--working-directory=/", "--expand-environment=no"),
        f"--setenv={_MARK}={os.environ.get('SUDO_USER') or 'root'}",
        "--property=ExecStopPost=-bantam-backup finish",
        *([f"--setenv={_HELD}=1"] if _HELD in os.environ else []),
        *(f"--property={each}" for each in properties),
    ]
    os.execvp("systemd-run", ["systemd-run", *options, "bantam-backup", *sys.argv[1:]])  # noqa: S606


@contextlib.contextmanager
def alone(what: str) -> Iterator[None]:
    """Nobody else changes the server meanwhile; BackupError names who does. `what`: "restore", ..."""
    if _HELD in os.environ:
        # Whoever holds it may lose the connection: then it is this one's at once.
        file = _LOCK.open("a+")
        threading.Thread(target=fcntl.flock, args=(file, fcntl.LOCK_EX), daemon=True).start()
        yield
        return
    with _LOCK.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _LOCK.read_text().strip() or "another run is at work"
            raise BackupError(f"{holder[0].upper()}{holder[1:]}: wait for that run to end.") from None
        file.truncate(0)
        file.write(f"{os.environ.get(_MARK, 'root')} has begun to {what} at {datetime.now(UTC):%H:%M} UTC\n")
        file.flush()
        yield
