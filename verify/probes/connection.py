"""One ssh connection, shared by all checks."""

import shlex
import subprocess
from typing import Any

import testinfra

from verify.probes.inventory import Target


class UnreachableError(Exception):
    """The message says in one sentence which server did not answer, and what ssh said."""


class Connection:
    """Commands on the server as root, through one connection that the first command opens.

    Raises UnreachableError if the server does not respond or does not let us become root.
    """

    def __init__(self, target: Target) -> None:
        self._config = target.ssh_config
        control = target.ssh_config.with_name("control")
        # First, so that the user's own configuration does not come before it. A killed run leaves a
        # connection behind, which closes when idle.
        shared = f"Host server\n    ControlMaster auto\n    ControlPath {control}\n    ControlPersist 60\n"
        target.ssh_config.write_text(shared + target.ssh_config.read_text())
        self._sudo = target.settings.get("ssh_user", "root") != "root"
        address = target.settings.get("ssh_hostname", target.name)
        # Warnings, of a locale for example, may come with it.
        done = self.run("id -u")
        if done.stdout.split()[-1:] != ["0"]:
            said = " ".join(done.stderr.split()) or f"nothing, and the user is {done.stdout.strip()}"
            raise UnreachableError(f"{target.name} at {address} cannot be verified: ssh says: {said}")
        self.host: Any = testinfra.get_host(
            "ssh://server?controlpersist=0", ssh_config=str(self._config), sudo=self._sudo
        )

    def run(self, command: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """The finished command with this input: for secrets, which must not be on a command line."""
        sudo = ("sudo", "-n") if self._sudo else ()
        # Messages in English, whatever the login's locale is.
        command = f"export LC_ALL=C.UTF-8; {command}"
        return subprocess.run(
            ["ssh", "-F", str(self._config), "server", *sudo, "sh", "-c", shlex.quote(command)],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )

    def require_deployed(self) -> None:
        """Raise UnreachableError if the server has not been deployed yet: every check would fail."""
        if self.run("test -e /opt/bantam/current").returncode:
            raise UnreachableError(
                "The server answers, but nothing is deployed to it: run `make deploy` first."
            )

    def close(self) -> None:
        """Close the connection."""
        subprocess.run(
            ["ssh", "-F", str(self._config), "-O", "exit", "server"], capture_output=True, check=False
        )
