"""The repository, by way of pgBackRest."""

import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .commands import BackupError, as_postgres, run
from .postgres import Postgres

STANZA = "bantam"
_ERROR = re.compile(r"ERROR: \[\d+\]: (.*)")
_UNWRITTEN = re.compile(r"unable to write '(/[^']+)'")
_FULL = 16 << 20


@dataclass(frozen=True, kw_only=True)
class Backup:
    """A complete backup; sizes in bytes, `stored` is what it added to the repository."""

    label: str
    kind: str
    began: datetime
    ended: datetime
    first_wal: str
    last_wal: str
    last_lsn: str
    size: int
    stored: int
    has_errors: bool


def pgbackrest(command: str, *arguments: str) -> str:
    """What the command printed; BackupError with its own reason if it failed."""
    done = run(*as_postgres("pgbackrest", f"--stanza={STANZA}", command, *arguments))
    if done.returncode:
        raise BackupError(f"pgBackRest cannot {command}: {_reason(done.stdout + done.stderr)}")
    return done.stdout


def _reason(said: str) -> str:
    """Its first error, without the lines of hints that follow."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [match[1] for line in lines if (match := _ERROR.search(line))]
    reason = f"{(errors or lines[-1:] or ['it printed nothing'])[0].rstrip(':. ')}."
    return _full(reason) or reason


def _full(reason: str) -> str | None:
    """
    What is wrong if a file could not be written because its disk is full.

    pgBackRest takes a write that succeeds in part for one that fails, and adds the last error of the system,
    which is an older one.
    """
    if not (match := _UNWRITTEN.search(reason)):
        return None
    folder = next(parent for parent in Path(match[1]).parents if parent.exists())
    free = shutil.disk_usage(folder).free
    return f"No space left on device: {folder} has {free / 1e6:.0f} MB free." if free < _FULL else None


def backups() -> list[Backup]:
    """All of them, oldest first; BackupError if the repository cannot be read."""
    return [_backup(found) for found in _stanza()["backup"]]


def system_identifier() -> str | None:
    """Of the database that the repository has backups of; None if it knows none."""
    databases = _stanza()["db"]
    return str(databases[-1]["system-id"]) if databases else None


def newest_wal() -> str:
    """The last archived file of WAL of the latest timeline; empty if there is none."""
    paths = json.loads(pgbackrest("repo-ls", "--recurse", "--output=json", f"archive/{STANZA}"))
    names = (path.rpartition("/")[2].partition("-")[0] for path in paths)
    return max((name for name in names if re.fullmatch(r"[0-9A-F]{24}", name)), default="")


def archive_what_waits(stopped: Postgres) -> None:
    """
    The archive has each complete file of WAL of a PostgreSQL that has stopped.

    Otherwise data that came by them would be restored once, from those files, and never again.
    """
    for ready in sorted((stopped.data / "pg_wal" / "archive_status").glob("*.ready")):
        pgbackrest("archive-push", str(stopped.data / "pg_wal" / ready.stem))


def answers(*, configuration: str, empty: bool) -> None:
    """
    The repository that a file of pgBackRest's configuration names can be read and written, or BackupError.

    `empty`: it must have no backups. What was archived since they were made is elsewhere, so nobody could go
    from them to today.
    """
    options = [f"--config={configuration}"]
    if _stanza(*options)["backup"] and empty:
        raise BackupError(
            "This repository has backups of before, but lacks the WAL since: choose another backup_path, or"
            " delete what is in it."
        )
    for command in (["repo-put", "--raw"], ["repo-rm"]):
        pgbackrest(*command, "bantam-was-here", *options)


def _stanza(*options: str) -> dict[str, Any]:
    try:
        # With another key, its answer has what it deciphered, control characters and all.
        [stanza] = json.loads(pgbackrest("info", "--output=json", *options), strict=False)
    except json.JSONDecodeError:
        raise BackupError("The repository cannot be read: is its key another one?") from None
    if stanza["status"]["code"] not in {0, 1, 2, 3}:
        raise BackupError(f"The repository cannot be read: {_said(stanza)}.")
    found: dict[str, Any] = stanza
    return found


def damages() -> str | None:
    """What is wrong with the files of the repository, each of which is read; None if nothing is."""
    said = pgbackrest("verify", "--output=text", "--verbose")
    if re.search(r"^status: ok$", said, re.MULTILINE):
        return None
    parts = re.findall(r"^  (?:archiveId|backup): (\S+?),.*\n +(.*)$", said, re.MULTILINE)
    wrong = [f"{name}: {counts}" for name, counts in parts if re.search(r": [1-9]", counts)]
    return "; ".join(wrong) or _reason(said)


def _said(stanza: dict[str, Any]) -> str:
    """The first line of what is wrong with the repository, without the class of the error."""
    line: str = stanza["repo"][0]["status"]["message"].splitlines()[0]
    return re.sub(r"^\[\w+\] ", "", line).rstrip(":")


def _backup(found: dict[str, Any]) -> Backup:
    return Backup(
        label=found["label"],
        kind={"diff": "differential"}.get(found["type"], found["type"]),
        began=datetime.fromtimestamp(found["timestamp"]["start"], UTC),
        ended=datetime.fromtimestamp(found["timestamp"]["stop"], UTC),
        first_wal=found["archive"]["start"],
        last_wal=found["archive"]["stop"],
        last_lsn=found["lsn"]["stop"],
        size=found["info"]["size"],
        stored=found["info"]["repository"]["delta"],
        has_errors=bool(found["error"]),
    )


def newest(found: Sequence[Backup], kind: str | None = None) -> Backup | None:
    """The newest backup, or the newest of a kind; None if there is none."""
    fitting = [backup for backup in found if kind in {None, backup.kind}]
    return fitting[-1] if fitting else None
