"""`bantam-backup point NAME`: a restore point, which has a name instead of a time."""

import json
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from .commands import BackupError, say
from .postgres import LIVE

FILE = Path("/var/lib/postgresql/restore-points.jsonl")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,62}")


@dataclass(frozen=True)
class Point:
    """A place in the WAL with a name; `at` is UTC in ISO format."""

    name: str
    lsn: str
    at: str
    timeline: int


def create(*, name: str) -> None:
    """There is a restore point of that name; BackupError if the name could be something else."""
    if not _NAME.fullmatch(name) or name == "latest":
        raise BackupError(f"{name} is no name: letters, digits and . _ - after a letter, at most 63.")
    if any(point.name == name for point in points()):
        raise BackupError(f"There is a restore point {name} already: choose another name.")
    lsn = LIVE.value(f"SELECT pg_create_restore_point('{name}')")
    timeline = int(LIVE.value("SELECT timeline_id FROM pg_control_checkpoint()"))
    point = Point(name, lsn, datetime.now(UTC).isoformat(timespec="seconds"), timeline)
    with FILE.open("a") as file:
        file.write(json.dumps(asdict(point)) + "\n")
    say(f"Restore point {name} is at {lsn}.")


def forget_before(moment: datetime) -> None:
    """Points that no backup leads to any more are gone."""
    kept = [point for point in points() if datetime.fromisoformat(point.at) > moment]
    draft = FILE.with_suffix(".draft")
    draft.write_text("".join(json.dumps(asdict(point)) + "\n" for point in kept))
    draft.rename(FILE)


def points() -> list[Point]:
    """Oldest first."""
    if not FILE.exists():
        return []
    return [Point(**json.loads(line)) for line in FILE.read_text().splitlines()]
