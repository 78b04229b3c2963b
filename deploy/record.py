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

UNDER_WAY = "/var/lib/bantam/release-under-way"
"""On the server while a release is under way: what to take back to, even if who knows it is cut off."""

_SOURCES = ("app/**/*", "deploy/**/*", "templates/**/*", "requirements/app.txt", "pyproject.toml")


def sources() -> str:
    """Shortened SHA-256 of everything that a release is made from, but for the inventory."""
    digest = hashlib.sha256()
    files = {file for pattern in _SOURCES for file in Path().glob(pattern) if file.is_file()}
    for file in sorted(files):
        if file.suffix != ".pyc":
            digest.update(f"{file}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _commit() -> str | None:
    """The commit that is checked out, for people; None without git."""
    try:
        done = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout.strip() or None


def begun(environment: str) -> dict[str, Any]:
    """A record with what is known before anything is done."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "by": f"{getpass.getuser()} on {socket.gethostname()}",
        "environment": environment,
        "commit": _commit(),
        "sources": sources(),
        "steps": {},
        "ok": False,
    }


def keep(record: dict[str, Any]) -> Path:
    """The file that has the record."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    time = record["at"].replace(":", "").replace("+0000", "Z")
    file = FOLDER / f"{time}-{record['environment']}.json"
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(record, indent=2) + "\n")
    return draft.replace(file)


def is_proven(sources: str, environment: str) -> bool:
    """Whether there is a record of a release of exactly these sources there that succeeded, load included."""
    for file in sorted(FOLDER.glob(f"*-{environment}.json")):
        record = json.loads(file.read_text())
        is_it = (record["environment"], record["sources"], record["ok"]) == (environment, sources, True)
        if is_it and "load" not in record:
            return True
    return False
