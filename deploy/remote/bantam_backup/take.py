"""
`bantam-backup take`: a full backup once a week, else what has changed since the last full one.

/var/log/bantam/backups.jsonl has a line for each that was tried.
"""

import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from . import gaps, points
from .commands import BackupError, say
from .logs import note
from .repository import Backup, backups, newest, pgbackrest

# A little less than the days they stand for: the timer is not exact.
_WEEK = timedelta(days=6.5)
_DAY = timedelta(hours=12)
# The hour was missed: the server was off, or the backup failed.
_OVERDUE = timedelta(hours=25)
LOG = "backups"


def take(*, full: bool, if_due: bool, hour: int) -> None:
    """The repository has one more backup; BackupError if it has not, or if a page of it is damaged."""
    if os.geteuid() == 0:
        raise BackupError("Backups are taken as postgres: run `make backup`.")
    found = backups()
    now = datetime.now(UTC)
    if if_due and not is_due(newest(found), now=now, hour=hour, has_gap=gaps.is_open()):
        return
    begun = {"at": now.isoformat(timespec="seconds")}
    try:
        taken = _taken(found, needs_full=full or _full_is_due(found, now))
    except BackupError as error:
        note(LOG, **begun, failed=str(error))
        raise
    note(
        LOG,
        **begun,
        backup=taken.label,
        kind=taken.kind,
        size_mb=round(taken.size / 1e6),
        stored_mb=round(taken.stored / 1e6, 1),
        seconds=round((taken.ended - taken.began).total_seconds()),
    )
    say(_sentence(taken))


def _taken(found: Sequence[Backup], *, needs_full: bool) -> Backup:
    pgbackrest("backup", f"--type={'full' if needs_full else 'diff'}")
    known = backups()
    taken = newest(known)
    if taken is None or taken in found:
        raise BackupError("pgBackRest took no backup and said nothing: see /var/log/pgbackrest.")
    if taken.has_errors:
        raise BackupError(
            f"Backup {taken.label} has pages with wrong checksums: the disk damages data; see"
            " docs/backups.md."
        )
    gaps.end_by(taken, oldest=known[0])
    points.forget_before(known[0].ended)
    return taken


def is_due(last: Backup | None, *, now: datetime, hour: int, has_gap: bool) -> bool:
    """Whether it is time: at the hour, or at once if it was missed or WAL was lost."""
    if last is None or has_gap:
        return True
    age = now - last.ended
    return age > _OVERDUE or (now.hour == hour and age > _DAY)


def _full_is_due(found: Sequence[Backup], now: datetime) -> bool:
    last = newest(found, "full")
    return last is None or now - last.ended > _WEEK


def _sentence(taken: Backup) -> str:
    seconds = (taken.ended - taken.began).total_seconds()
    return (
        f"{taken.kind} backup {taken.label}: {taken.size / 1e6:,.0f} MB, {taken.stored / 1e6:,.1f} MB added"
        f" to the repository, {seconds:.0f} s"
    )
