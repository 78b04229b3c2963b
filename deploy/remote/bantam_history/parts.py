"""The system, its jobs and its certificate, PgBouncer and Redis: what they say now."""

import csv
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .asking import said

POOL = ("psql", "-Xqw", "--csv", "-h", "/run/pgbouncer", "-p", "6432", "-d", "pgbouncer")
CERTIFICATE = "/etc/bantam/tls/server.crt"
DRILLS = Path("/var/log/bantam/drills.jsonl")
TIMERS = Path("/var/lib/systemd/timers")
REDIS = ("redis-cli", "-s", "/run/redis/redis.sock", "--user", "monitor", "INFO")
SLICE = Path("/sys/fs/cgroup/system.slice")
# Of several units their slice, which goes on counting when one of them is restarted.
COMPONENTS = {
    "postgresql": "system-postgresql.slice",
    "pgbouncer": "pgbouncer.service",
    "redis": "redis-server.service",
    "app": r"system-bantam\x2dapp.slice",
    "edge": "nginx.service",
}
Figures = dict[str, Any]


def server() -> Figures:
    """Seconds of CPU since the boot, and megabytes."""
    ticks = [int(each) for each in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    per_s = os.sysconf("SC_CLK_TCK")
    memory = {
        name: int(value.split()[0]) // 1024
        for name, _, value in (line.partition(":") for line in Path("/proc/meminfo").read_text().splitlines())
    }
    disk = os.statvfs("/var/lib/postgresql")
    return {
        "cores": len(os.sched_getaffinity(0)),
        "busy_s": (sum(ticks) - ticks[3] - ticks[4]) / per_s,
        "disk_wait_s": ticks[4] / per_s,
        "stolen_s": ticks[7] / per_s,
        "memory_mb": memory["MemTotal"],
        "memory_used_mb": memory["MemTotal"] - memory["MemAvailable"],
        "swap_used_mb": memory["SwapTotal"] - memory["SwapFree"],
        "disk_mb": disk.f_blocks * disk.f_frsize // 2**20,
        "disk_free_mb": disk.f_bavail * disk.f_frsize // 2**20,
    }


def cpu_s() -> Figures:
    """Seconds of CPU by component, since its unit or its slice began."""
    found = {}
    for name, place in COMPONENTS.items():
        stat = SLICE / place / "cpu.stat"
        if stat.exists():
            found[name] = int(stat.read_text().split(maxsplit=2)[1]) / 1_000_000
    return found


def pool() -> Figures:
    """PgBouncer's connections to PostgreSQL, who waits for one, and how long all have waited."""
    text = said(
        *POOL, "-c", "SHOW DATABASES", "-c", r"\echo", "-c", "SHOW POOLS", "-c", r"\echo", "-c", "SHOW STATS"
    )
    databases, pools, totals = (list(csv.DictReader(part.splitlines())) for part in text.split("\n\n"))
    own = [row for row in pools if row["database"] == "bantam"]
    return {
        "size": sum(int(row["pool_size"]) for row in databases if row["name"] == "bantam"),
        **{
            name: sum(int(row[column]) for row in own)
            for name, column in (("used", "sv_active"), ("idle", "sv_idle"), ("waiting", "cl_waiting"))
        },
        "longest_wait_s": max((int(row["maxwait"]) for row in own), default=0),
        "waited_s": sum(int(row["total_wait_time"]) for row in totals if row["database"] == "bantam")
        / 1_000_000,
    }


def redis() -> Figures:
    """Redis' memory, its keys found and not found, evictions."""
    password = (Path(os.environ["CREDENTIALS_DIRECTORY"]) / "redis-monitor-password").read_text()
    told = dict(line.split(":", 1) for line in said(*REDIS, password=password).splitlines() if ":" in line)
    names = (
        "used_memory",
        "maxmemory",
        "keyspace_hits",
        "keyspace_misses",
        "evicted_keys",
        "connected_clients",
    )
    return {name: int(told[name]) for name in names}


def jobs() -> Figures:
    """Which units have failed, which are about to run, and how long ago a backup and a drill were tried."""
    listed = said(
        "systemctl", "list-units", "--state=failed,activating", "--plain", "--no-legend", "--no-pager"
    )
    states = {line.split()[0]: line.split()[2] for line in listed.splitlines()}
    return {
        "failed": sorted(name for name, state in states.items() if state == "failed"),
        "starting": sorted(name for name, state in states.items() if state == "activating"),
        "backup_tried_s": _since(_stamp("backup")),
        "drill_tried_s": _since(max(_stamp("drill"), DRILLS.stat().st_mtime if DRILLS.exists() else 0)),
    }


def certificate() -> Figures:
    """How long the edge's certificate is valid."""
    text = said("openssl", "x509", "-enddate", "-dateopt", "iso_8601", "-noout", "-in", CERTIFICATE)
    left = datetime.fromisoformat(text.strip().removeprefix("notAfter=")) - datetime.now(UTC)
    return {"days_left": round(left.total_seconds() / 86400, 2)}


def _stamp(job: str) -> float:
    # Touched by systemd whenever the timer has started the job, and read by it after a boot.
    return (TIMERS / f"stamp-bantam-{job}.timer").stat().st_mtime


def _since(moment: float) -> int:
    return int(time.time() - moment)
