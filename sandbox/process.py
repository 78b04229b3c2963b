"""Processes that outlive this one, known by pid and start time, never by name."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.shell import ENVIRONMENT

# The shell waits for a word from us before it does anything: if we are killed before we
# have written down its pid, it reads the end of the pipe and leaves, and nothing is lost.
LAUNCHER = """
read -r go || exit 1
while [ "$1" != -- ]; do echo $$ > "$1/cgroup.procs" || exit 1; shift; done
shift
exec "$@" < /dev/null
"""


@dataclass(frozen=True)
class Process:
    """A process that cannot be mistaken for a later one with the same pid; `start` is in clock ticks after boot."""

    pid: int
    start: int

    def alive(self) -> bool:
        return start_of(self.pid) == self.start

    def kill(self) -> None:
        """The process is gone, or was another's and untouched."""
        if not self.alive():
            return
        os.kill(self.pid, signal.SIGKILL)
        for _ in range(100):
            if not self.alive():
                return
            time.sleep(0.05)


def start_of(pid: int) -> int | None:
    """Field 22 of /proc/PID/stat; None for no process and for a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return None
    return None if fields[0] in "ZX" else int(fields[19])


def start_detached(
    command: Sequence[str],
    *,
    log: Path,
    cgroups: Sequence[Path],
    record: Callable[[Process], None],
    environment: dict[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """The command runs in a session and the cgroups given, writes to `log`, and `record` has stored who it is."""
    with log.open("ab") as output:
        started = subprocess.Popen(
            ["sh", "-c", LAUNCHER, "launcher", *map(str, cgroups), "--", *command],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd="/",
            env=ENVIRONMENT | (environment or {}),
        )
    start = start_of(started.pid)
    assert start is not None, "a child that waits for us cannot be gone"
    record(Process(started.pid, start))
    assert started.stdin is not None
    with started.stdin as pipe:
        pipe.write(b"go\n")
    return started
