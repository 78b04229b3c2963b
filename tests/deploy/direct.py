"""pyinfra itself on a sandbox server, as an operator runs it who needs options that make has not."""

import subprocess
import sys

from tests.servers import ROOT, SandboxServer


def command(server: SandboxServer, *options: str) -> list[str]:
    """The whole deploy with these options."""
    return [sys.executable, "-m", "pyinfra", *options, server.inventory, "deploy/main.py"]


def pyinfra(server: SandboxServer, *options: str) -> subprocess.CompletedProcess[str]:
    """The deploy, ended."""
    return subprocess.run(
        command(server, *options), cwd=ROOT, env=server.env, capture_output=True, text=True, check=False
    )
