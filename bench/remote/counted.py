"""Counters of server, database and Redis; and Redis emptied, or with less memory for a while."""

import json
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

CONFIGURATION = Path("/etc/redis/redis.conf")
KEPT = Path("/etc/redis/redis.conf.before-the-bench")
BACK_S = 2.0
"""Longer than workers take to notice that Redis is back."""

CALLS = (
    "SELECT json_agg(json_build_array(s.query, s.calls)) FROM pg_stat_statements AS s"
    " JOIN pg_roles AS r ON r.oid = s.userid WHERE r.rolname = 'bantam_app'"
)


class Queries(NamedTuple):
    """Statements of the app so far: all of them, and those that fill entries."""

    everything: int
    of_reads: int


def queries(read_statements: frozenset[str]) -> Queries:
    """Return how many statements the app has sent; this query itself is not counted."""
    printed = _printed("runuser", "-u", "postgres", "--", "psql", "-qAtX", "bantam", "-c", CALLS)
    counted = json.loads(printed)
    return Queries(
        sum(calls for _, calls in counted),
        sum(calls for text, calls in counted if plain(text) in read_statements),
    )


def plain(sql: str) -> str:
    """Return only a statement's words: PostgreSQL keeps its comments, but numbers constants, even `true`."""
    return re.sub(r"--[^\n]*|'[^']*'|\$\d+|\b(?:true|false|null)\b|[^A-Za-z_]", "", sql, flags=re.IGNORECASE)


def redis(*command: str, stdin: str = "") -> str:
    """Return Redis's reply to the app's user."""
    password = Path("/etc/bantam/credentials/redis-password").read_text().strip()
    return subprocess.run(
        ["/usr/bin/redis-cli", "-s", "/run/redis/redis.sock", "--user", "bantam", *command],
        env={"REDISCLI_AUTH": password},
        input=stdin,
        capture_output=True,
        text=True,
        check=True,
        cwd="/",
    ).stdout


def information() -> dict[str, int]:
    """Return memory, limit and evicted keys."""
    said = dict(line.split(":", 1) for line in redis("INFO", "everything").splitlines() if ":" in line)
    return {name: int(said[name]) for name in ("used_memory", "maxmemory", "evicted_keys")}


def empty() -> int:
    """Remove all keys of the app from Redis; return their number."""
    names = redis("--scan", "--pattern", "bantam:*", "--count", "1000").split()
    for at in range(0, len(names), 500):
        redis("UNLINK", *names[at : at + 500])
    return len(names)


@contextmanager
def less_memory(limit: int) -> Iterator[None]:
    """Restart Redis with this limit in bytes; afterwards restart it with the deploy's limit."""
    CONFIGURATION.rename(KEPT)
    try:
        _run("cp", "-p", str(KEPT), str(CONFIGURATION))
        with CONFIGURATION.open("a") as file:
            # The clients' share is a percentage of the limit: with so little, clients would be evicted.
            file.write(f"\nmaxmemory {limit}\nmaxmemory-clients 0\n")
        _restart()
        yield
    finally:
        KEPT.rename(CONFIGURATION)
        _restart()


def _restart() -> None:
    _run("systemctl", "reset-failed", "redis-server.service")
    _run("systemctl", "restart", "redis-server.service")
    time.sleep(BACK_S)


def _run(*command: str) -> None:
    _printed(*command)


def _printed(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd="/").stdout
