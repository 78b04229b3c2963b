#!/usr/bin/python3
"""
Is this server ready for a release? Prints a sentence for each reason why not; exit code 1 if there is one.

Run as root, from standard input: the server may never have been deployed by sources that know it.
"""

import contextlib
import http.client
import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

_LONGEST_WAITING_S = 120
_OLDEST_BACKUP = timedelta(hours=26)
_PSQL = ("runuser", "-u", "postgres", "--", "psql", "-XAtqw", "-p", "5432", "-d", "bantam", "-c")
_PGBACKREST = ("runuser", "-u", "postgres", "--", "pgbackrest", "--stanza=bantam", "--output=json", "info")
_OLD_TRANSACTIONS = """
SELECT format(
    '%s (backend %s) has been in a transaction for %s s',
    coalesce(nullif(application_name, ''), usename),
    pid,
    round(extract(EPOCH FROM now() - xact_start))
)
FROM pg_stat_activity
WHERE backend_type = 'client backend'
  AND now() - xact_start > interval '60 s'
"""
_LARGEST_TABLE = "SELECT max(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r'"
_ARCHIVING_FAILS = """
SELECT coalesce(last_failed_time > last_archived_time, last_failed_time IS NOT NULL)
FROM pg_stat_archiver
"""


class _Worker(http.client.HTTPConnection):
    """HTTP to the app's socket."""

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.host)


def _said(*command: str) -> str:
    """What the command printed; empty if it failed."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    return done.stdout.strip() if done.returncode == 0 else ""


def _app() -> Iterator[str]:
    failed = _said("systemctl", "list-units", "--failed", "--plain", "--no-legend")
    if failed:
        units = ", ".join(line.split()[0] for line in failed.splitlines())
        yield f"{units} failed: see `journalctl -u`, then `systemctl reset-failed`"
    connection = _Worker("/run/bantam-app/app.sock", timeout=5)
    try:
        connection.request("GET", "/readyz", headers={"Host": "localhost"})
        status = connection.getresponse().status
        if status != http.HTTPStatus.OK:
            yield f"the app is not ready: /readyz answers {status}"
    except (OSError, http.client.HTTPException) as error:
        yield f"the app does not answer: {error}"


def _database() -> Iterator[str]:
    yield from _said(*_PSQL, _OLD_TRANSACTIONS).splitlines()
    largest = _said(*_PSQL, _LARGEST_TABLE)
    if not largest:
        yield "the database does not answer"
        return
    free = shutil.disk_usage("/var/lib/postgresql").free
    if free < 2 * int(largest):
        yield f"{free / 1e6:,.0f} MB are free, but a migration may need twice the largest table: make room"


def _backups() -> Iterator[str]:
    if _said(*_PSQL, _ARCHIVING_FAILS) == "t":
        yield "the last WAL could not be archived: see `make backups` and the log of PostgreSQL"
    waits_s = max((datetime.now(UTC).timestamp() - since for since in _waiting_since()), default=0)
    if waits_s > _LONGEST_WAITING_S:
        yield f"WAL has been waiting for {waits_s:.0f} s to be archived"
    try:
        backups = json.loads(_said(*_PGBACKREST), strict=False)[0]["backup"]
    except (ValueError, LookupError):
        backups = []
    newest = max((backup["timestamp"]["stop"] for backup in backups), default=0)
    if datetime.now(UTC) - datetime.fromtimestamp(newest, UTC) > _OLDEST_BACKUP:
        yield "there is no backup of the last 26 hours: run `make backup`"
    if Path("/var/lib/postgresql/17/before-restore").exists():
        yield "a restore waits for `make restore-accept` or `make restore-undo`"


def _waiting_since() -> Iterator[float]:
    """When each file of WAL was complete that is not archived yet."""
    for file in Path("/var/lib/postgresql/17/main/pg_wal/archive_status").glob("*.ready"):
        with contextlib.suppress(FileNotFoundError):  # archived meanwhile
            yield file.stat().st_mtime


def main() -> int:
    """Print what is in the way."""
    reasons = [*_app(), *_database(), *_backups()]
    for reason in reasons:
        print(f"{reason[0].upper()}{reason[1:]}.")
    return 1 if reasons else 0


if __name__ == "__main__":
    sys.exit(main())
