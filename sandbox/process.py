"""Processes that outlive this one, identified by pid and start time, never by name."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.shell import ENVIRONMENT

# The shell waits for a word from us before it does anything: if we are killed before we have
# recorded its pid, it reads the end of the pipe and exits, and nothing is left behind.
LAUNCHER = """
read -r go || exit 1
while [ "$1" != -- ]; do echo $$ > "$1/cgroup.procs" || exit 1; shift; done
shift
exec "$@" < /dev/null
"""


@dataclass(frozen=True)
class Process:
    """A process, distinct from a later one with the same pid; `start` is in clock ticks after boot."""

    pid: int
    start: int

    def alive(self) -> bool:
        """Return whether exactly this process is still running."""
        return start_of(self.pid) == self.start

    def kill(self) -> None:
        """Kill exactly this process, and wait until it is gone."""
        if not self.alive():
            return
        os.kill(self.pid, signal.SIGKILL)
        for _ in range(100):
            if not self.alive():
                return
            time.sleep(0.05)


def start_of(pid: int) -> int | None:
    """Return field 22 of /proc/PID/stat; None for no process and for a zombie."""
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
) -> None:
    """Run the command in its own session and these cgroups, after `record` has stored its identity."""
    ready_to_go, starter = os.pipe()
    with log.open("ab") as output, os.fdopen(starter, "wb") as pipe:
        started = subprocess.Popen(
            ["sh", "-c", LAUNCHER, "launcher", *map(str, cgroups), "--", *command],
            stdin=ready_to_go,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd="/",
            env=ENVIRONMENT | (environment or {}),
        )
        os.close(ready_to_go)
        # The child waits for us, so it cannot be gone yet.
        record(Process(started.pid, start_of(started.pid) or 0))
        pipe.write(b"go\n")
