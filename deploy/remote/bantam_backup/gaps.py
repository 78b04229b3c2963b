"""WAL that was given up while the repository was away: nobody can go back to a moment in such a gap."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from .repository import Backup

# PostgreSQL's service may write here, even when the repository's own file system is full.
OPEN = Path("/var/lib/postgresql/archive-gaps")
ENDED = Path("/var/lib/postgresql/archive-gaps-ended")


@dataclass(frozen=True)
class Lost:
    """A file of WAL that is not in the repository, and when it was full."""

    at: datetime
    wal: str


@dataclass(frozen=True)
class Gap:
    """No moment in between can be restored; a gap without an end lasts until the next backup."""

    begins: datetime
    ends: datetime | None
    files: int


def add(wal: Path) -> None:
    """Note that the file is lost."""
    written = datetime.fromtimestamp(wal.stat().st_mtime, UTC)
    with OPEN.open("a") as file:
        file.write(f"{written.isoformat(timespec='seconds')} {wal.name}\n")


def is_open() -> bool:
    """Whether WAL was lost that no backup has made unneeded."""
    return bool(_read(OPEN))


def end_by(backup: Backup, oldest: Backup) -> None:
    """The backup needs nothing that was full before it began; what is older than all of them is forgotten."""
    lost = [*_read(ENDED), *_read(OPEN)]
    _write(ENDED, [each for each in lost if oldest.began <= each.at < backup.began])
    _write(OPEN, [each for each in lost if each.at >= backup.began])


def gaps(backups: Sequence[Backup]) -> list[Gap]:
    """The gaps, oldest first, each up to the end of the first backup after it."""
    found: list[Gap] = []
    for lost in [*_read(ENDED), *_read(OPEN)]:
        ends = next((backup.ended for backup in backups if backup.began > lost.at), None)
        if found and found[-1].ends == ends:
            found[-1] = Gap(found[-1].begins, ends, found[-1].files + 1)
        else:
            found.append(Gap(lost.at, ends, 1))
    return found


def _read(path: Path) -> list[Lost]:
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        return []
    return [Lost(datetime.fromisoformat(at), wal) for at, _, wal in (line.partition(" ") for line in lines)]


def _write(path: Path, found: Iterable[Lost]) -> None:
    text = "".join(f"{lost.at.isoformat(timespec='seconds')} {lost.wal}\n" for lost in found)
    if text:
        draft = path.with_suffix(".draft")
        draft.write_text(text)
        draft.rename(path)
    else:
        path.unlink(missing_ok=True)
