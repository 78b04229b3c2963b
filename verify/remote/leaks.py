"""Runs on the server: reads secrets as JSON (name to text) and prints where each is found, never the text.

`{"environ": [...], "cmdline": [...], "journal": [...], "files": [[path, octal mode, owner], ...]}`
"""

import contextlib
import json
import os
import pwd
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PLACES = (
    "/etc",
    "/root",
    "/home",
    "/opt",
    "/srv",
    "/tmp",  # noqa: S108  read only
    "/var/tmp",  # noqa: S108
    "/var/log",
    "/var/backups",
    "/run",
    "/var/lib/bantam-acme",
)
LARGEST = 8 * 2**20


def holds(content: bytes, secrets: dict[str, bytes]) -> bool:
    return any(text in content for text in secrets.values())


def processes(kind: str, secrets: dict[str, bytes]) -> list[str]:
    """The names of the processes whose environ or cmdline holds a secret."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended in the meantime
            if holds((process / kind).read_bytes(), secrets):
                found.append((process / "comm").read_text().strip())
    return found


def journal(secrets: dict[str, bytes]) -> list[str]:
    """The names of the secrets found in the journal."""
    command = ["journalctl", "--quiet", "--no-pager", "--output=cat", "--all"]
    found = set()
    with subprocess.Popen(command, stdout=subprocess.PIPE) as reader:
        for line in reader.stdout or ():
            found |= {name for name, text in secrets.items() if text in line}
    return sorted(found)


def regular_files() -> Iterator[Path]:
    for place in PLACES:
        for folder, _folders, names in os.walk(place):
            for name in names:
                path = Path(folder, name)
                if path.is_file() and not path.is_symlink() and path.suffix != ".journal":
                    yield path


def files(secrets: dict[str, bytes]) -> list[tuple[str, str, str]]:
    """Files that contain a secret or a private key."""
    key = b"PRIVATE " + b"KEY-----\n"
    found = []
    for path in regular_files():
        with contextlib.suppress(OSError):
            status = path.stat()
            if status.st_size > LARGEST:
                continue
            content = path.read_bytes()
            if holds(content, secrets) or (key in content and "site-packages" not in path.parts):
                found.append((str(path), oct(status.st_mode & 0o7777), pwd.getpwuid(status.st_uid).pw_name))
    return found


def main() -> None:
    secrets = {name: text.encode() for name, text in json.load(sys.stdin).items()}
    print(
        json.dumps(
            {
                "environ": processes("environ", secrets),
                "cmdline": processes("cmdline", secrets),
                "journal": journal(secrets),
                "files": files(secrets),
            }
        )
    )


main()
