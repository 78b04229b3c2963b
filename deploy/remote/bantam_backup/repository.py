"""The repository, by way of pgBackRest."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .commands import BackupError, as_postgres, run

_ERROR = re.compile(r"ERROR: \[\d+\]: (.*)")


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


def pgbackrest(command: str, *options: str) -> str:
    """What the command printed; BackupError with its own reason if it failed."""
    done = run(*as_postgres("pgbackrest", "--stanza=bantam", *options, command))
    if done.returncode:
        raise BackupError(f"pgBackRest cannot {command}: {_reason(done.stdout + done.stderr)}")
    return done.stdout


def _reason(said: str) -> str:
    """Its first error, without the lines of hints that follow."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [match[1] for line in lines if (match := _ERROR.search(line))]
    return f"{(errors or lines[-1:] or ['it printed nothing'])[0].rstrip(':. ')}."


def backups() -> list[Backup]:
    """All of them, oldest first; BackupError if the repository cannot be read."""
    [stanza] = json.loads(pgbackrest("info", "--output=json"))
    if stanza["status"]["code"] not in {0, 1, 2, 3}:
        raise BackupError(f"The repository cannot be read: {_said(stanza)}.")
    return [_backup(found) for found in stanza["backup"]]


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
    return line.rpartition("] ")[2].rstrip(":")


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
