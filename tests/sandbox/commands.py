"""The sandbox's commands, as a user calls them."""

import json
import subprocess
import sys
from typing import Any

from tests.servers import ROOT


def sandbox(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sandbox", *words],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def up(name: str, *words: str) -> str:
    """The address of a server that is up."""
    done = sandbox("up", "--name", name, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def on(name: str, command: str) -> str:
    """What a command on the server printed."""
    done = sandbox("ssh", "--name", name, "--", command)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout.strip()


def record(name: str) -> dict[str, Any]:
    """The server as `status --json` has it."""
    known = json.loads(sandbox("status", "--json").stdout)
    return next((server for server in known if server["name"] == name), {})
