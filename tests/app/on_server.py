"""Scripts of tests/app/remote, run on the deployed server by the release's own Python."""

import shlex
from pathlib import Path

from tests.app.server import Server

SCRIPTS = Path(__file__).parent / "remote"
FOLDER = "/run/bantam-tests"


def remote(server: Server, script: str, arguments: str) -> str:
    """What a script printed."""
    place = f"{FOLDER}/tests/app/remote"
    files = " && ".join(
        f"printf %s {shlex.quote(file.read_text())} > {place}/{file.name}" for file in SCRIPTS.glob("*.py")
    )
    python = f"/opt/bantam/current/bin/python -m tests.app.remote.{script}"
    return server.run(f"mkdir -p {place} && {files} && cd {FOLDER} && {python} {arguments}")


def bearer(server: Server, user: int) -> str:
    """A seeded user's token."""
    return server.authorization(user)["authorization"].removeprefix("Bearer ")
