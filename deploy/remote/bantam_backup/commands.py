"""Commands on this server, and what to say when one fails."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


class BackupError(Exception):
    """One sentence: what could not be done, and what to do."""


def say(sentence: str) -> None:
    """Tell whoever runs this how far it is; they may be gone."""
    try:
        print(sentence, file=sys.stderr, flush=True)
    except OSError:
        sys.stderr = Path("/dev/null").open("w")  # noqa: SIM115  until the end


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """The finished command, with what it printed; BackupError if there is no such program."""
    try:
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            cwd="/",
        )
    except FileNotFoundError:
        raise BackupError(f"There is no program {command[0]}: deploy first.") from None


def as_postgres(*command: str | Path) -> Sequence[str | Path]:
    """The command, run by the user postgres; bantam-backup itself runs as root or as postgres."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command
