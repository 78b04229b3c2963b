"""Room on the disk for one more copy of the data."""

import shutil
from pathlib import Path

from .commands import BackupError
from .postgres import LIVE
from .repository import Backup


def refuse_if_there_is_no_room(backup: Backup, replaced: Path | None = None) -> None:
    """BackupError if a copy does not fit; what is in `replaced` makes room for it first."""
    free = shutil.disk_usage(LIVE.data.parent).free
    files = replaced.rglob("*") if replaced else ()
    free += sum(file.stat().st_size for file in files if file.is_file())
    needed = int(backup.size * 1.1) + (1 << 30)
    if free < needed:
        raise BackupError(
            f"A copy of the data needs {needed / 1e6:,.0f} MB, {LIVE.data.parent} has {free / 1e6:,.0f} MB"
            " free: make room."
        )
