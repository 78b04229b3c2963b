"""What was done to the server lately, from the logs that backups, drills and releases leave."""

from datetime import datetime
from pathlib import Path

import msgspec

FOLDER = Path("/var/log/bantam")
LAST = 5
TAIL_BYTES = 64 * 1024


class Done(msgspec.Struct, frozen=True):
    """One thing that was done or tried."""

    at: datetime
    what: str
    by: str
    result: str
    is_problem: bool


class _Line(msgspec.Struct, frozen=True):
    at: datetime
    by: str = ""
    failed: str | None = None
    refused: str | None = None


class _Backup(_Line, frozen=True):
    kind: str = ""
    size_mb: int = 0
    seconds: int = 0

    def told(self) -> tuple[str, str]:
        return f"{self.kind} backup".strip(), f"{self.size_mb:,} MB in {self.seconds} s"


class _Drill(_Line, frozen=True):
    rows: int = 0
    rto_s: float = 0
    lost_s: int = 0

    def told(self) -> tuple[str, str]:
        result = f"{self.rows:,} rows restored in {self.rto_s:.0f} s; a loss would have cost {self.lost_s} s"
        return "restore drill", result


class _Release(_Line, frozen=True):
    """A line of bantam-switch has a release, one of `make release` a commit and how it ended."""

    release: str | None = None
    before: str | None = None
    seconds: float = 0
    commit: str | None = None
    ok: bool | None = None

    def told(self) -> tuple[str, str]:
        if self.ok is None:
            return f"switch to {self.release}", f"in {self.seconds:.1f} s, from {self.before}"
        of = self.commit[:12] if self.commit else "sources without a commit"
        return f"release of {of}", "succeeded" if self.ok else "taken back"


_KINDS: dict[str, type[_Backup | _Drill | _Release]] = {
    "backups": _Backup,
    "drills": _Drill,
    "releases": _Release,
}


def lately(folder: Path = FOLDER) -> list[Done]:
    """Return the last five of each kind, the newest first; a log that is not there has none."""
    found = [
        done
        for log, kind in _KINDS.items()
        for line in _last(folder / f"{log}.jsonl")
        if (done := _done(line, kind)) is not None
    ]
    return sorted(found, key=lambda done: done.at, reverse=True)


def _last(log: Path) -> list[bytes]:
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - TAIL_BYTES))
            return file.read().splitlines()[-LAST:]
    except OSError:
        return []


def _done(line: bytes, kind: type[_Backup | _Drill | _Release]) -> Done | None:
    try:
        read = msgspec.json.decode(line, type=kind)
    except msgspec.MsgspecError:
        return None  # half a line: the disk was full
    what, result = read.told()
    problem = read.failed or read.refused
    return Done(read.at, what, read.by, problem or result, bool(problem) or result == "taken back")
