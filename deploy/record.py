"""The record of a release: what was released where, by whom, and what came of it."""

import getpass
import hashlib
import json
import socket
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FOLDER = Path("evidence/releases")
LOG = "/var/log/bantam/releases.jsonl"
"""On the server, with a line for each switch of bantam-switch, too."""


def revision() -> str:
    """The commit of the sources, and a digest of what differs from it; "none" without git."""
    commit = _git("rev-parse", "--short=12", "HEAD")
    changes = _git("status", "--porcelain") and _git("diff", "HEAD")
    if not commit:
        return "none"
    return f"{commit}+{hashlib.sha256(changes.encode()).hexdigest()[:8]}" if changes else commit


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout.strip()


def begun(environment: str) -> dict[str, Any]:
    """A record with what is known before anything is done."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "by": f"{getpass.getuser()} on {socket.gethostname()}",
        "environment": environment,
        "revision": revision(),
        "steps": {},
        "ok": False,
    }


def keep(record: dict[str, Any]) -> Path:
    """The file that has the record."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    time = record["at"].replace(":", "").replace("+0000", "Z")
    file = FOLDER / f"{time}-{record['environment']}.json"
    file.write_text(json.dumps(record, indent=2) + "\n")
    return file


def is_proven(revision: str, environment: str) -> bool:
    """Whether there is a record of a release of exactly these sources there that succeeded."""
    for file in sorted(FOLDER.glob(f"*-{environment}.json")):
        record = json.loads(file.read_text())
        if (record["environment"], record["revision"], record["ok"]) == (environment, revision, True):
            return True
    return False
