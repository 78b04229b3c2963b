"""What `TO=` says: the moment to go back to, and the backup that leads there."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from .commands import BackupError
from .points import Point
from .repository import Backup

LATEST = "latest"
_LSN = re.compile(r"[0-9A-F]{1,8}/[0-9A-F]{1,8}", re.IGNORECASE)
_TIME = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, kw_only=True)
class Target:
    """
    A moment: `latest` has neither a time nor an LSN, every other one has one of them.

    A restore point also has the timeline that it is on.
    """

    asked: str
    time: datetime | None = None
    lsn: str | None = None
    timeline: int | None = None


def lsn_number(lsn: str) -> int:
    """The place in the WAL: "1/A0" is 0x1000000A0."""
    high, _, low = lsn.partition("/")
    return (int(high, 16) << 32) + int(low, 16)


def parse(asked: str, points: Sequence[Point]) -> Target:
    """`latest`, a time (UTC unless it says otherwise), an LSN or a restore point; BackupError for others."""
    if not asked:
        raise BackupError("Back to when? Run `make backups`, then `make restore TO=...`.")
    if asked == LATEST:
        return Target(asked=asked)
    if _LSN.fullmatch(asked):
        return Target(asked=asked, lsn=asked.upper())
    if _TIME.match(asked):
        try:
            time = datetime.fromisoformat(asked.removesuffix("UTC").strip())
        except ValueError:
            raise BackupError(
                f"{asked} is not a time: write it as 2026-11-28 14:30:00, which is UTC, or add +01:00."
            ) from None
        return Target(asked=asked, time=time if time.tzinfo else time.replace(tzinfo=UTC))
    named = [point for point in points if point.name == asked]
    if not named:
        raise BackupError(
            f"There is no restore point {asked}: `make backups` lists them. TO= is latest, a time such as"
            ' "2026-11-28 14:30", an LSN or the name of a restore point.'
        )
    return Target(asked=asked, lsn=named[-1].lsn, timeline=named[-1].timeline)


@dataclass(frozen=True, kw_only=True)
class History:
    """
    The timeline of the data, and those it came from.

    `parents` has the LSN at which each of them was left: what was written to it later belongs to data that
    was replaced. None as `timeline`: the data cannot be read.
    """

    timeline: int | None
    parents: Mapping[int, str]

    def includes(self, timeline: int, lsn: str) -> bool:
        """Whether today's data came by this place."""
        if self.timeline in {None, timeline}:
            return True
        left = self.parents.get(timeline)
        return left is not None and lsn_number(lsn) <= lsn_number(left)

    def has(self, backup: Backup) -> bool:
        """Whether today's data came from this backup's."""
        return self.includes(int(backup.first_wal[:8], 16), backup.last_lsn)


def starting_point(target: Target, found: Sequence[Backup], history: History, now: datetime) -> Backup:
    """The newest backup that ended before the target; BackupError if none did, or if it has not come yet."""
    own = [backup for backup in found if history.has(backup)]
    if not own:
        raise BackupError("There is no backup of this data: run `make backup`.")
    if target.timeline and target.lsn and not history.includes(target.timeline, target.lsn):
        raise BackupError(f"{target.asked} is of data that a restore has replaced: nothing leads there.")
    if target.time and target.time > now:
        raise BackupError(f"{target.asked} is in the future: it is {now:%Y-%m-%d %H:%M:%S} UTC.")
    fitting = [backup for backup in own if _ended_before(backup, target)]
    if not fitting:
        raise BackupError(
            f"{target.asked} is before the end of the oldest backup ({own[0].ended:%Y-%m-%d %H:%M:%S} UTC,"
            f" LSN {own[0].last_lsn}): nothing leads there."
        )
    return fitting[-1]


def _ended_before(backup: Backup, target: Target) -> bool:
    if target.lsn:
        return lsn_number(backup.last_lsn) <= lsn_number(target.lsn)
    return target.time is None or backup.ended < target.time
