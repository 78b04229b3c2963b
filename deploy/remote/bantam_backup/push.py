"""
`bantam-backup push --keep-mb MB PATH`: PostgreSQL's archive_command.

PostgreSQL keeps WAL until it is archived, stops when the disk is full of it, and waits for this command
before it shuts down. So that a repository that is away never stops it, a push has a time limit, a short one
during a shutdown, and WAL beyond MB is given up: the gap is noted, verify shows it, and the next backup ends
it.
"""

import os
import subprocess
from pathlib import Path

from . import gaps
from .commands import say
from .postgres import LIVE
from .repository import STANZA

# Whatever MB says, this much of the file system stays free.
_LEAST_FREE_MB = 512
# A file of 16 MB takes a second or two. pgBackRest itself tries for minutes: nine were measured.
_LONGEST_S = 20
# PostgreSQL tries six times before it ends; what is left over is archived when it runs again.
_LONGEST_OF_A_SHUTDOWN_S = 3


def push(*, keep_mb: int, path: str) -> int:
    """0 if the repository has the file, or it is given up; 1 if PostgreSQL shall try again."""
    file = Path(path).absolute()
    return 0 if _archived(file) else _given_up(file, keep_mb)


def _archived(file: Path) -> bool:
    command = ("pgbackrest", f"--stanza={STANZA}", "archive-push", str(file))
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as pushing:
        for _ in range(_LONGEST_S // _LONGEST_OF_A_SHUTDOWN_S):
            try:
                return pushing.wait(_LONGEST_OF_A_SHUTDOWN_S) == 0
            except subprocess.TimeoutExpired:
                if _is_shutting_down():
                    break
        pushing.kill()
    say(f"WAL {file.name} could not be archived in time: the repository does not answer, or is slow.")
    return False


def _is_shutting_down() -> bool:
    return LIVE.control().get("Database cluster state", "").startswith("shut")


def _given_up(file: Path, keep_mb: int) -> int:
    waiting_mb = sum(wal.stat().st_size for wal in file.parent.iterdir() if wal.is_file()) >> 20
    space = os.statvfs(file.parent)
    free_mb = space.f_bavail * space.f_frsize >> 20
    # A shutdown gives nothing up: nothing more is written, and there was no time to try.
    if (waiting_mb <= keep_mb and free_mb >= _LEAST_FREE_MB) or _is_shutting_down():
        return 1
    say(f"WAL {file.name} is given up: {waiting_mb} MB wait for the repository and {free_mb} MB are free.")
    gaps.add(file)
    return 0
