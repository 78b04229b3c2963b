"""Work that must run to its end, alone, whatever becomes of the connection of whoever began it."""

import contextlib
import fcntl
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from .commands import BackupError
from .postgres import LIVE

_MARK = "BANTAM_BACKUP_PROTECTED"
# Of deploys, too: the two must not meet.
_LOCK = Path("/run/bantam-deploy.lock")
# Whatever ends the work: a pool that stays paused, or a database that stays down, would be an outage.
_RESUME = 'runuser -u pgbouncer -- psql -Xqw -h /run/pgbouncer -p 6432 -d pgbouncer -c "RESUME bantam"'
_AFTERWARDS = (f"-sh -c 'systemctl start {LIVE.unit} 2>/dev/null'", f"-sh -c '{_RESUME} 2>/dev/null'")


def become_a_unit() -> None:
    """From here on it is a unit of systemd that works; the process that was called waits for it."""
    if os.geteuid():
        raise BackupError("This needs root: run it with sudo.")
    if _MARK in os.environ:
        return
    who = os.environ.get("SUDO_USER") or "root"
    options = ["--quiet", "--pipe", "--wait", "--collect", "--working-directory=/", "--expand-environment=no"]
    afterwards = [f"--property=ExecStopPost={command}" for command in _AFTERWARDS]
    os.execvp(
        "systemd-run",
        ["systemd-run", *options, f"--setenv={_MARK}={who}", *afterwards, "bantam-backup", *sys.argv[1:]],
    )  # noqa: S606


@contextlib.contextmanager
def alone(what: str) -> Iterator[None]:
    """Nobody else changes the server meanwhile; BackupError names who does. `what`: "restore", ..."""
    with _LOCK.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _LOCK.read_text().strip() or "another run is at work"
            raise BackupError(f"{holder[0].upper()}{holder[1:]}: wait for that run to end.") from None
        file.truncate(0)
        file.write(f"{os.environ[_MARK]} has begun to {what} at {datetime.now(UTC):%H:%M} UTC\n")
        file.flush()
        yield
