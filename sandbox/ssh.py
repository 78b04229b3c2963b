"""How to reach a server: strictly, with its own key, whatever the user's ssh configuration says."""

import subprocess

from sandbox.shell import attempt
from sandbox.state import Server


def command(server: Server, *remote: str) -> list[str]:
    """Return the ssh command line for a shell, or for one remote command."""
    return [
        *("ssh", "-F", "none", "-i", server.ssh_key),
        *("-o", f"UserKnownHostsFile={server.known_hosts}", "-o", "StrictHostKeyChecking=yes"),
        *("-o", "IdentitiesOnly=yes", "-o", "LogLevel=ERROR", "-p", str(server.ssh_port)),
        f"{server.ssh_user}@{server.address}",
        *remote,
    ]


def ask(
    server: Server, remote: str, *, text_in: str | None = None, timeout: float = 60
) -> subprocess.CompletedProcess[str]:
    """Return the finished remote command; exit code 255 means that ssh itself did not get through."""
    first, *rest = command(server, remote)
    options = ("-o", "BatchMode=yes", "-o", "ConnectTimeout=3")
    return attempt(first, *options, *rest, text_in=text_in, timeout=timeout)


def ask_root(server: Server, remote: str) -> subprocess.CompletedProcess[str]:
    """Return the finished command, which root ran."""
    return ask(server, remote if server.ssh_user == "root" else f"sudo -n {remote}")
