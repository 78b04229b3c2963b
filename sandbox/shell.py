"""Run the host's tools."""

import os
import subprocess
from collections.abc import Sequence

from sandbox.errors import SandboxError

# /usr/sbin is missing from the PATH of many sudo and su sessions.
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C.UTF-8",
    "HOME": os.environ.get("HOME", "/root"),
} | {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}


def run(*command: str, text_in: str | None = None, timeout: float = 60) -> str:
    """Return the standard output; a failure becomes one sentence with the command's last line."""
    done = attempt(*command, text_in=text_in, timeout=timeout)
    if done.returncode != 0:
        raise SandboxError(
            f"`{' '.join(command[:4])}` failed: {last_line(done.stderr) or last_line(done.stdout)}"
        )
    return done.stdout


def attempt(
    *command: str, text_in: str | None = None, timeout: float = 60
) -> subprocess.CompletedProcess[str]:
    """Return the finished command, whatever its exit code; `timeout` is in seconds."""
    try:
        return subprocess.run(
            command,
            input=text_in,
            stdin=subprocess.DEVNULL if text_in is None else None,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            env=ENVIRONMENT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise SandboxError(f"`{' '.join(command[:4])}` did not finish in {timeout:.0f} s.") from error


def dies_with_us(command: Sequence[str]) -> list[str]:
    """Return the command in its own namespaces: if we are killed, all of it and its mounts vanish."""
    return [
        *("setpriv", "--pdeathsig", "KILL"),
        *("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"),
        *command,
    ]


def last_line(text: str) -> str:
    """Return the last line with something on it."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no message"
