#!/usr/bin/python3
"""
How this server is now, one line for each part of it, and the statements that cost most. Changes nothing.

Run as root, from standard input: the server may have been deployed by other sources. Exit code 1 if a part
of it does not answer.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

_PSQL = ("runuser", "-u", "postgres", "--", "psql", "-XAtqw", "-p", "5432", "-d", "bantam", "-c")
_POOL = ("runuser", "-u", "pgbouncer", "--", "psql", "-Xqw", "-h", "/run/pgbouncer", "-p", "6432", "--csv")
_REDIS = ("redis-cli", "-s", "/run/redis/redis.sock", "--user", "bantam", "INFO")
_PASSWORD = Path("/etc/bantam/credentials/redis-password")
_NOW = """
SELECT json_build_object(
    'totals', (SELECT row_to_json(t) FROM monitoring.totals AS t),
    'blocked', (SELECT count(*) FROM monitoring.blocked),
    'longest_s', (SELECT coalesce(max(s.transaction_s), 0) FROM monitoring.sessions AS s),
    'statements', (SELECT json_agg(s) FROM (SELECT * FROM monitoring.statements LIMIT 5) AS s)
)
"""
_MB = 1024 * 1024
_LOOKED_S = 1.0
_QUERY_SHOWN = 60
_ALERTS = Path("/var/lib/bantam-alerts/state.json")
_HISTORY_MAY_LACK = timedelta(minutes=7)


class NoAnswerError(Exception):
    """A part of the server does not answer; the message is what its client said."""


def _said(*command: str, password: str = "") -> str:
    """What the command printed; NoAnswerError if it failed."""
    env = {**os.environ, "REDISCLI_AUTH": password}
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", env=env)
    if done.returncode:
        raise NoAnswerError((done.stderr.strip().splitlines() or ["it does not say why"])[-1])
    return done.stdout.strip()


def server() -> str:
    """CPU of the last second, memory, disk and time since the boot."""

    def ticks() -> tuple[int, int]:
        used = [int(each) for each in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
        return sum(used), used[3] + used[4]  # idle, and waiting for the disk

    all_before, idle_before = ticks()
    time.sleep(_LOOKED_S)
    all_after, idle_after = ticks()
    busy = 1 - (idle_after - idle_before) / max(all_after - all_before, 1)
    memory = {
        name: int(value.split()[0]) // 1024
        for name, _, value in (line.partition(":") for line in Path("/proc/meminfo").read_text().splitlines())
    }
    disk = shutil.disk_usage("/var/lib/postgresql")
    up_h = float(Path("/proc/uptime").read_text().split()[0]) / 3600
    return (
        f"CPU {busy:.0%} of {os.cpu_count()} cores, memory {memory['MemTotal'] - memory['MemAvailable']:,} of"
        f" {memory['MemTotal']:,} MB, disk {disk.free / disk.total:.0%} free, up {up_h:.0f} h"
    )


def services() -> str:
    """The units that have failed."""
    failed = _said("systemctl", "list-units", "--failed", "--plain", "--no-legend").splitlines()
    if failed:
        raise NoAnswerError(f"{', '.join(line.split()[0] for line in failed)} failed: `journalctl -u NAME`")
    return "none has failed"


def database(now: dict[str, Any]) -> str:
    """PostgreSQL's connections, waits, buffers and size."""
    totals = now["totals"]
    return (
        f"{totals['connections']} of {totals['connections_allowed']} connections,"
        f" {now['blocked']} wait for a lock, longest transaction {now['longest_s']:g} s,"
        f" buffers hit {totals['buffer_hit_percent']:g} %,"
        f" {totals['bytes'] / _MB:,.0f} MB"
    )


def pool() -> str:
    """PgBouncer's connections to PostgreSQL, and who waits for one."""
    pools = csv.DictReader(_said(*_POOL, "-d", "pgbouncer", "-c", "SHOW POOLS").splitlines())
    rows = [row for row in pools if row["database"] == "bantam"]
    used, idle, waiting, longest = (
        sum(int(row[name]) for row in rows) for name in ("sv_active", "sv_idle", "cl_waiting", "maxwait")
    )
    return f"{used} connections in use, {idle} idle, {waiting} clients wait, the longest for {longest} s"


def cache() -> str:
    """Redis' memory, hits and evictions."""
    told = dict(
        line.split(":", 1)
        for line in _said(*_REDIS, password=_PASSWORD.read_text().strip()).splitlines()
        if ":" in line
    )
    hits, misses = int(told["keyspace_hits"]), int(told["keyspace_misses"])
    return (
        f"{int(told['used_memory']) / _MB:.0f} of {int(told['maxmemory']) / _MB:.0f} MB,"
        f" {hits / max(hits + misses, 1):.0%} of its keys found, {int(told['evicted_keys']):,} evicted"
    )


def archive(now: dict[str, Any]) -> str:
    """When the last WAL was archived."""
    totals = now["totals"]
    if totals["wal_archived_at"] is None:
        return "no WAL has been archived yet"
    ago = datetime.now(UTC) - datetime.fromisoformat(totals["wal_archived_at"])
    return f"last WAL {ago.total_seconds():.0f} s ago, {totals['wal_archive_failures']} failures"


def history() -> str:
    """When the last sample was kept."""
    sampled_at = _said(*_PSQL, "SELECT to_json(max(s.taken_at)) FROM history.samples AS s")
    if not sampled_at:
        raise NoAnswerError("no sample has been kept yet: `journalctl -u bantam-history`")
    ago = datetime.now(UTC) - datetime.fromisoformat(json.loads(sampled_at))
    if ago > _HISTORY_MAY_LACK:
        raise NoAnswerError(
            f"no sample was kept for {ago.total_seconds() / 60:.0f} min: `journalctl -u bantam-history`"
        )
    return f"last sample kept {ago.total_seconds():.0f} s ago"


def alerts() -> str:
    """What is wrong now, and what could not be told."""
    state = json.loads(_ALERTS.read_text())
    raised = [name for name, alert in state["alerts"].items() if alert["since"]]
    if state["waiting"]:
        raise NoAnswerError(f"{len(state['waiting'])} messages wait for their channel: `make alert-test`")
    return ", ".join(raised) or "none"


def statements(now: dict[str, Any]) -> Iterator[str]:
    """The statements of the app that took most of PostgreSQL's time."""
    yield f"\n{'share':>6} {'calls':>10} {'mean ms':>9} {'longest ms':>11}  statement"
    for each in now["statements"] or []:
        text = " ".join(each["query"].split())[:_QUERY_SHOWN]
        yield (
            f"{each['share_percent']:>5}% {each['calls']:>10,} {each['mean_ms']:>9,.2f}"
            f" {each['longest_ms']:>11,.1f}  {text}"
        )


def main() -> int:
    """Print every part; 1 if one of them does not answer."""
    problems = 0

    def line(name: str, tell: Callable[[], str]) -> None:
        nonlocal problems
        try:
            print(f"{name:<11}{tell()}")
        except (NoAnswerError, OSError, KeyError, ValueError) as error:
            problems += 1
            print(f"{name:<11}LOOK: {error}")

    line("Server", server)
    line("Services", services)
    now: dict[str, Any] = {}

    def asked() -> str:
        now.update(json.loads(_said(*_PSQL, _NOW)))
        return database(now)

    line("PostgreSQL", asked)
    line("PgBouncer", pool)
    line("Redis", cache)
    if now:
        line("Archive", lambda: archive(now))
        line("History", history)
        line("Alerts", alerts)
        print("\n".join(statements(now)))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
