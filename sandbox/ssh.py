"""How to reach a server: strictly, with its own key, whatever the user's ssh configuration says."""

import subprocess

from sandbox.shell import attempt
from sandbox.state import Server


def command(server: Server, *remote: str) -> list[str]:
    """Return the ssh command line for a shell, or for one remote command."""
    return [
        *("ssh", "-F", "none", "-i", server.ssh_key),
        *("-o", f"UserKnownHostsFile={server.known_hosts}", "-o", "StrictHostKeyChecking=yes"),
        *("-o", "IdentitiesOnly=yes", "-o", "LogLevel=ERROR"),
        f"{server.ssh_user}@{server.address}",
        *remote,
    ]


def ask(server: Server, remote: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    """Return the finished remote command; exit code 255 means that ssh itself did not get through."""
    first, *rest = command(server, remote)
    return attempt(first, "-o", "BatchMode=yes", "-o", "ConnectTimeout=3", *rest, timeout=timeout)
