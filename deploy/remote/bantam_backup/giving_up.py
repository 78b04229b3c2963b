"""
`bantam-backup give-up --keep-mb MB PATH`: in PostgreSQL's archive_command, after a file was not archived.

PostgreSQL keeps WAL until it is archived, and stops when the disk is full of it. So that a repository that
is away never stops it, WAL beyond MB is given up: the gap is noted, verify shows it, and the next backup ends
it.
"""

import os
from pathlib import Path

from . import gaps
from .commands import say

# Whatever MB says, this much of the file system stays free.
_LEAST_FREE_MB = 512


def give_up(*, keep_mb: int, path: str) -> int:
    """0 if the file is given up; 1 if there is room, and PostgreSQL tries again to archive it."""
    file = Path(path)
    waiting_mb = sum(wal.stat().st_size for wal in file.parent.iterdir() if wal.is_file()) >> 20
    space = os.statvfs(file.parent)
    free_mb = space.f_bavail * space.f_frsize >> 20
    if waiting_mb <= keep_mb and free_mb >= _LEAST_FREE_MB:
        return 1
    say(f"WAL {file.name} is given up: {waiting_mb} MB wait for the repository and {free_mb} MB are free.")
    gaps.add(file)
    return 0
