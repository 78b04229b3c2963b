"""Scripts of tests/app/support/remote, run on the deployed server by the release's own Python."""

import shlex
from pathlib import Path

from tests.app.support.server import Server

SCRIPTS = Path(__file__).parent / "remote"
FOLDER = "/run/bantam-tests"


def remote(server: Server, script: str, arguments: str) -> str:
    """What a script printed."""
    bring_scripts(server)
    return server.run(remote_command(script, arguments))


def bring_scripts(server: Server) -> None:
    """Copy the scripts to the server."""
    place = f"{FOLDER}/tests/app/support/remote"
    files = " && ".join(
        f"printf %s {shlex.quote(file.read_text())} > {place}/{file.name}" for file in SCRIPTS.glob("*.py")
    )
    server.run(f"mkdir -p {place} && {files}")


def remote_command(script: str, arguments: str) -> str:
    """The shell command that runs a script there."""
    return f"(cd {FOLDER} && /opt/bantam/current/bin/python -m tests.app.support.remote.{script} {arguments})"


def bearer(server: Server, user: int) -> str:
    """A seeded user's token."""
    return server.authorization(user)["authorization"].removeprefix("Bearer ")
