"""
Prints one JSON line a second about the server it runs on: memory, CPU, services, disk, network.

It is sent over ssh as text and run by the server's own python3, so it imports the standard library only.
It starts no process and only reads /proc and the cgroup files of systemd's tree, which exist on every
Debian 13, even without memory controllers. It ends when its reader is gone.
"""

import json
import os
import sys
import time
from pathlib import Path

PROC = Path("/proc")
CGROUP = Path("/sys/fs/cgroup")

SERVICES = {
    "postgresql": "postgresql",
    "pgbouncer": "pgbouncer",
    "redis": "redis",
    "bantam-app": "app",
    "nginx": "edge",
    # What the load tests compare with: loadtests/baseline.
    "baseline": "app",
}
"""Start of a unit's name -> the component's name."""

# Computing PSS walks the page tables of processes: once in a while is enough to draw a line.
SECONDS_BETWEEN_PSS = 5


def memory_mb(meminfo: str) -> tuple[float, float]:
    """
    Return (total, used) of the server in MB of 2^20 bytes; used is what a new process could not have.

    The kernel's MemAvailable says that, but the one that lxcfs shows in a container takes shared memory for
    droppable cache, and PostgreSQL's buffers are shared memory. So the larger of two readings counts: the
    second is everything but free memory, file pages and reclaimable slab.
    """
    kb = {line.split(":")[0]: int(line.split()[1]) for line in meminfo.splitlines() if ":" in line}
    droppable = kb["Buffers"] + kb["Cached"] - kb["Shmem"] + kb["SReclaimable"]
    taken = kb["MemTotal"] - min(kb["MemAvailable"], kb["MemFree"] + droppable)
    return kb["MemTotal"] / 1024, taken / 1024


def cgroup_path(proc_cgroup: str) -> str:
    """Return the process's place in systemd's tree, from the text of /proc/PID/cgroup."""
    return next((line[3:] for line in proc_cgroup.splitlines() if line.startswith("0::")), "/")


def service_of(path: str) -> str:
    """Return the component that a place in systemd's tree belongs to; `other` for the rest of the server."""
    unit = next((part for part in path.split("/") if part.endswith(".service")), "")
    return next((name for start, name in SERVICES.items() if unit.startswith(start)), "other")


def pss_mb(smaps_rollup: str) -> float:
    """Return the process's memory in MB, with shared pages divided among those who share them."""
    return sum(int(line.split()[1]) for line in smaps_rollup.splitlines() if line.startswith("Pss:")) / 1024


def cpu_seconds(cpu_stat: str) -> float:
    """Return the CPU time that a cgroup used since it began, from the text of its cpu.stat."""
    fields = dict(line.split() for line in cpu_stat.splitlines())
    return int(fields["usage_usec"]) / 1_000_000


def text(path: Path) -> str:
    """Return the file's text, empty for a process or a unit that has ended."""
    try:
        return path.read_text()
    except OSError:
        return ""


def processes() -> dict[Path, str]:
    """Return every process -> its place in systemd's tree."""
    folders = [entry for entry in PROC.iterdir() if entry.name.isdigit()]
    return {folder: cgroup_path(text(folder / "cgroup")) for folder in folders}


def memory_by_service(places: dict[Path, str]) -> dict[str, float]:
    """Return component -> MB."""
    total: dict[str, float] = {}
    for folder, place in places.items():
        name = service_of(place)
        total[name] = total.get(name, 0.0) + pss_mb(text(folder / "smaps_rollup"))
    return {name: round(mb, 1) for name, mb in total.items()}


def cpu_by_service(places: set[str]) -> dict[str, float]:
    """Return component -> seconds of CPU since its units began; `server` is everything."""
    total = {"server": cpu_seconds(text(CGROUP / "cpu.stat") or "usage_usec 0")}
    for place in places:
        name, stat = service_of(place), text(CGROUP / place.lstrip("/") / "cpu.stat")
        if name != "other" and stat:
            total[name] = total.get(name, 0.0) + cpu_seconds(stat)
    return {name: round(seconds, 4) for name, seconds in total.items()}


def network_bytes(net_dev: str) -> tuple[int, int]:
    """Return (received, sent) of all interfaces but the loopback, from the text of /proc/net/dev."""
    fields = [line.split(":") for line in net_dev.splitlines() if ":" in line]
    counted = [rest.split() for name, rest in fields if name.strip() != "lo"]
    return sum(int(row[0]) for row in counted), sum(int(row[8]) for row in counted)


def main(seconds: float) -> None:
    """Print a line a second for so many seconds."""
    begin = time.monotonic()
    tick, places = 0, dict[Path, str]()
    while time.monotonic() - begin < seconds:
        # lxcfs may be down for a moment; then this second has no sample, and the reader sees the gap.
        meminfo = text(PROC / "meminfo")
        if meminfo:
            total, used = memory_mb(meminfo)
            sample: dict[str, object] = {"memory_total": round(total, 1), "memory_used": round(used, 1)}
            if tick % SECONDS_BETWEEN_PSS == 0:
                places = processes()
                sample["memory"] = memory_by_service(places)
            sample["cpu"] = cpu_by_service(set(places.values()))
            sample["network"] = network_bytes(text(PROC / "net/dev"))
            disk = os.statvfs("/var/lib")
            sample["disk_free"] = round(disk.f_bavail * disk.f_frsize / 2**20, 1)
            sample["cpus"] = len(os.sched_getaffinity(0))
            sample["clock"] = round(time.monotonic(), 4)
            sys.stdout.write(json.dumps(sample) + "\n")
            sys.stdout.flush()
        tick += 1
        time.sleep(max(0.0, begin + tick - time.monotonic()))


if __name__ == "__main__":
    try:
        main(float(sys.argv[1]))
    except BrokenPipeError:
        # The reader is gone; without this the interpreter would complain about its standard output.
        sys.stderr.close()
