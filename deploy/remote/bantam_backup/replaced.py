"""What restores have replaced: in between, the database served something that no backup leads back to."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from .commands import BackupError
from .targets import History, Target

FILE = Path("/var/lib/postgresql/replaced.jsonl")


@dataclass(frozen=True)
class Replaced:
    """The time that is gone, in ISO format, and the timeline on which the database went on."""

    begins: str
    ends: str
    timeline: int


def add(begins: datetime, timeline: int) -> None:
    """What was served from then until now is replaced."""
    line = Replaced(begins.isoformat(), datetime.now(UTC).isoformat(), timeline)
    with FILE.open("a") as file:
        file.write(json.dumps(asdict(line)) + "\n")


def replaced(history: History) -> list[Replaced]:
    """What is gone for the data that serves, oldest first; what an undo has brought back is not."""
    lines = FILE.read_text().splitlines() if FILE.exists() else []
    found = [Replaced(**json.loads(line)) for line in lines]
    return [each for each in found if history.timeline == each.timeline or each.timeline in history.parents]


def last_end() -> datetime | None:
    """When the last restore was; None if there was none."""
    lines = FILE.read_text().splitlines() if FILE.exists() else []
    return datetime.fromisoformat(json.loads(lines[-1])["ends"]) if lines else None


def refuse_what_is_gone(target: Target, history: History) -> None:
    """BackupError for a time that a restore has replaced."""
    for each in replaced(history):
        begins, ends = datetime.fromisoformat(each.begins), datetime.fromisoformat(each.ends)
        if target.time and begins < target.time < ends:
            raise BackupError(
                f"What the database was at {target.asked} is gone: at {ends:%Y-%m-%d %H:%M:%S} UTC it went"
                f" back to {begins:%Y-%m-%d %H:%M:%S} UTC. Before `make restore-accept`, `make restore-undo`"
                " brings it back."
            )
