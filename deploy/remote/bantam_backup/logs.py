"""The logs that people and the admins' page read: a line of JSON for each backup, and for each drill."""

import json
from pathlib import Path

from .commands import say

FOLDER = Path("/var/log/bantam")


def note(log: str, **line: object) -> None:
    """FOLDER/LOG.jsonl has the line; a full disk makes nothing fail that has succeeded."""
    file = FOLDER / f"{log}.jsonl"
    try:
        file.parent.mkdir(mode=0o755, exist_ok=True)
        with file.open("a") as lines:
            lines.write(json.dumps(line) + "\n")
    except OSError as error:
        say(f"{file} has no line of this: {error.strerror}.")
