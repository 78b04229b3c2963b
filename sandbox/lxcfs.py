"""One lxcfs for all servers: it serves /proc/meminfo and the like from the reader's own cgroup."""

import json
import os
import time

from sandbox import cgroups
from sandbox.errors import SandboxError
from sandbox.mounts import mounted, unmount
from sandbox.process import Process, start_detached
from sandbox.progress import step
from sandbox.shell import attempt, run
from sandbox.state import HOME, VOLATILE, write_json

# The servers get SHARED; because mounts below it propagate, they also see an lxcfs that was started later.
SHARED = VOLATILE / "lxcfs"
VIEW = SHARED / "view"
RECORD = HOME / "lxcfs.json"
CGROUP = ".lxcfs"


def ensure() -> None:
    """Mount a working lxcfs at VIEW."""
    if healthy():
        return
    remove()
    with step("lxcfs started"):
        share()
        groups = cgroups.create(CGROUP, ram_mb=0, cpus=sorted(os.sched_getaffinity(0)))
        start_detached(
            [
                *("lxcfs", "--foreground", "--enable-loadavg"),
                *("--pidfile", str(VOLATILE / "lxcfs.pid"), str(VIEW)),
            ],
            log=HOME / "lxcfs.log",
            cgroups=groups,
            record=lambda process: write_json(RECORD, {"pid": process.pid, "pid_start": process.start}),
        )
        for _ in range(100):
            if healthy():
                return
            time.sleep(0.05)
    raise SandboxError(f"lxcfs did not start, its output is in {HOME / 'lxcfs.log'}.")


def share() -> None:
    """Make SHARED a mount whose submounts appear in every server that has it."""
    VIEW.mkdir(parents=True, exist_ok=True)
    if not mounted(SHARED):
        run("mount", "--bind", str(SHARED), str(SHARED))
        run("mount", "--make-private", str(SHARED))
        run("mount", "--make-shared", str(SHARED))
        VIEW.mkdir(exist_ok=True)


def healthy() -> bool:
    """Return whether it responds; the mount of a dead one is "not connected" for every reader."""
    return mounted(VIEW) and attempt("head", "-c1", str(VIEW / "proc/meminfo"), timeout=10).returncode == 0


def remove() -> None:
    """Stop our lxcfs and unmount it; SHARED stays for the servers that use it."""
    try:
        record = json.loads(RECORD.read_text())
        Process(record["pid"], record["pid_start"]).kill()
    except (OSError, ValueError, KeyError):
        pass
    unmount(VIEW)
    cgroups.remove(CGROUP)
    RECORD.unlink(missing_ok=True)


def remove_shared() -> None:
    """Remove everything of lxcfs from the host."""
    remove()
    unmount(SHARED)
