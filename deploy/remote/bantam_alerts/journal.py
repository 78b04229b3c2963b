"""The app's errors and slow statements, as its journal has them since the last look."""

import json
import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

UNITS = ("--unit=bantam-app@*", "--unit=bantam-candidate@*")
FIELDS = "--output-fields=MESSAGE,_PID,_SYSTEMD_UNIT"
MOST_LINES = 2000
"""The next run begins where these end."""

LONGEST_S = 10

BEGINNING = re.compile(r"(WARNING|ERROR|CRITICAL)(?: (\S+))?: +(.*)")
"""The app's own lines name their logger, uvicorn's do not."""

FAILED = re.compile(r"500: (\S+) \(request (\S+)\)")
SLOW = re.compile(r"(\S+) took (\d+) ms in (.+) \(request (\S+)\)")
FRAME = re.compile(r'  File "(.+)", line (\d+), in (.+)')
RAISED = re.compile(r"([A-Za-z_][\w.]*)(?::|$)")


@dataclass
class Record:
    """One call of the app's logger, with the lines of its traceback; `place` is that in the journal."""

    place: str
    at: datetime
    worker: str
    level: str
    logger: str
    text: str
    traceback: list[str] = field(default_factory=list)


def here() -> str:
    """Return where the journal ends now; nothing if it cannot be read, or is empty."""
    lines = _lines("--lines=0", "--show-cursor")
    return lines[-1].removeprefix("-- cursor: ") if lines else ""


def since(place: str) -> tuple[list[Record], str]:
    """Return what the app has logged after a place in the journal, and where that ends."""
    # Whoever writes a traceback now will have ended it by the next run.
    options = ("--output=json", "--all", FIELDS, f"--lines=+{MOST_LINES}", "--until=-2s")
    lines = [json.loads(line) for line in _lines(*options, f"--after-cursor={place}", *UNITS)]
    found = sorted(records(lines), key=lambda record: record.at)
    if len(lines) == MOST_LINES and len(found) > 1:
        # The last one may go on.
        return found[:-1], found[-2].place
    return found, lines[-1]["__CURSOR"] if lines else place


def _lines(*options: str) -> list[str]:
    """Return none if journalctl fails, as it does if no unit of these has ever logged anything."""
    done = subprocess.run(
        ["journalctl", "--quiet", "--no-pager", *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST_S,
    )
    return done.stdout.splitlines() if done.returncode == 0 else []


def records(lines: Iterable[dict[str, str]]) -> Iterator[Record]:
    """Yield the app's records; lines of several workers may alternate."""
    open_records: dict[str, Record] = {}
    for line in lines:
        text, worker = line.get("MESSAGE"), line.get("_PID", "")
        if not isinstance(text, str):
            continue  # bytes that are no text
        if begins := BEGINNING.fullmatch(text):
            if worker in open_records:
                yield open_records.pop(worker)
            at = datetime.fromtimestamp(int(line["__REALTIME_TIMESTAMP"]) / 1_000_000, UTC)
            open_records[worker] = Record(
                line["__CURSOR"],
                at,
                line.get("_SYSTEMD_UNIT", ""),
                begins[1],
                begins[2] or "uvicorn",
                begins[3],
            )
        elif worker in open_records:
            open_records[worker].traceback.append(text)
    yield from open_records.values()
