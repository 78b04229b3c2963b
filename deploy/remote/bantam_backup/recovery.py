"""A copy of the data, in a PostgreSQL of its own that replays WAL up to a target and stops there."""

import shutil
import time
from datetime import UTC, datetime

from .commands import BackupError, as_postgres, run, say
from .postgres import PROGRAMS, Postgres
from .repository import Backup, pgbackrest
from .targets import LATEST, Target, lsn_number

_POLL_S = 0.2
_SAY_EVERY_S = 10.0
# At the end of the WAL of a database that is down, nothing more comes.
_NOTHING_MORE_S = 10.0
# Recovery insists on at least what the data was written with: by pg_controldata's name and the setting's.
_AT_LEAST = {
    "max_connections": "max_connections",
    "max_worker_processes": "max_worker_processes",
    "max_wal_senders": "max_wal_senders",
    "max_prepared_xacts": "max_prepared_transactions",
    "max_locks_per_xact": "max_locks_per_transaction",
}


def lay_down(copy: Postgres, backup: Backup) -> None:
    """The backup's files are in the copy's directory, and nothing else is."""
    remove(copy)
    pgbackrest("restore", f"--pg1-path={copy.data}", "--type=preserve", f"--set={backup.label}")


def remove(copy: Postgres) -> None:
    """The copy is not there, and nothing runs on it."""
    stop(copy)
    if copy.data.exists():
        shutil.rmtree(copy.data)


def stop(copy: Postgres) -> None:
    """Nothing runs on the copy; what it wrote is on disk."""
    run("systemctl", "stop", copy.unit)
    run("systemctl", "reset-failed", copy.unit)


def start(
    copy: Postgres, target: Target, timeline: str, *, wal_of: Postgres | None = None, archives: bool = True
) -> None:
    """
    PostgreSQL replays WAL on the copy, also what is not archived of `wal_of`; `reach` waits for it.

    Without `archives` it will leave no trace in the repository.
    """
    stop(copy)
    for name in ("standby.signal", "recovery.signal"):
        (copy.data / name).unlink(missing_ok=True)
    # A standby waits for more at the end of the WAL, where a recovery would begin a timeline of its own.
    run(
        *as_postgres("touch", copy.data / ("standby.signal" if target.asked == LATEST else "recovery.signal"))
    )
    settings = {**_settings(copy, wal_of), "recovery_target_timeline": timeline}
    if not archives:
        settings["archive_mode"] = "off"
    if target.time:
        settings["recovery_target_time"] = target.time.astimezone(UTC).isoformat(sep=" ")
    if target.lsn:
        settings["recovery_target_lsn"] = target.lsn
    unit = {
        "RuntimeDirectory": copy.socket.name,
        "RuntimeDirectoryMode": "0750",
        "KillSignal": "SIGINT",
        "KillMode": "mixed",
        "TimeoutStopSec": "120",
        "OOMScoreAdjust": "600",
        "IOSchedulingClass": "idle",
    }
    done = run(
        "systemd-run",
        *(
            "--quiet",
            "--collect",
            f"--unit={copy.unit}",
            "--uid=postgres",
            "--nice=10",
            "--working-directory=/",
        ),
        *(f"--property={name}={value}" for name, value in unit.items()),
        "--setenv=LC_ALL=C.UTF-8",
        PROGRAMS / "postgres",
        "-D",
        copy.data,
        *(f"--{name.replace('_', '-')}={value}" for name, value in settings.items()),
    )
    if done.returncode:
        raise BackupError(f"PostgreSQL does not start in {copy.data}: {done.stderr.strip()}.")


def _settings(copy: Postgres, wal_of: Postgres | None) -> dict[str, str]:
    """Those of the one that serves, but small, and with a socket of its own."""
    pgbackrest_here = f"pgbackrest --stanza=bantam --pg1-path={copy.data}"
    fetch = f'{pgbackrest_here} archive-get %f "%p"'
    if wal_of:
        fetch += f' || cp {wal_of.data}/pg_wal/%f "%p"'
    written_with = copy.control()
    return {
        "config_file": "/etc/postgresql/17/main/postgresql.conf",
        "data_directory": str(copy.data),
        "external_pid_file": "",
        "unix_socket_directories": str(copy.socket),
        "unix_socket_permissions": "0700",
        "unix_socket_group": "",
        "shared_buffers": "64MB",
        "maintenance_work_mem": "32MB",
        "autovacuum": "off",
        "hot_standby": "on",
        "archive_command": f"{pgbackrest_here} archive-push %p",
        "restore_command": fetch,
        "wal_retrieve_retry_interval": "500ms",
        "recovery_target_action": "pause",
        **{setting: written_with[f"{name} setting"] for name, setting in _AT_LEAST.items()},
    }


def reach(copy: Postgres, target: Target, *, until_lsn: str | None = None) -> float:
    """
    The target has been replayed, and nothing after it; BackupError if the archive ends before it.

    `latest` is reached at `until_lsn`, or without one when nothing more comes. Returns how many seconds ago
    the last WAL was replayed.
    """
    begun = told = moved = time.monotonic()
    replayed = ""
    while True:
        if not copy.is_running():
            raise BackupError(_why_it_ended(copy, target))
        if copy.is_ready():
            now = copy.value("SELECT coalesce(pg_last_wal_replay_lsn()::text, '')")
            if now != replayed:
                replayed, moved = now, time.monotonic()
            if _is_reached(copy, target, replayed, until_lsn, quiet_s=time.monotonic() - moved):
                return time.monotonic() - moved
        if time.monotonic() - told > _SAY_EVERY_S:
            told = time.monotonic()
            say(f"Replaying WAL for {told - begun:.0f} s: {replayed or 'not yet consistent'}")
        time.sleep(_POLL_S)


def _is_reached(
    copy: Postgres, target: Target, replayed: str, until_lsn: str | None, *, quiet_s: float
) -> bool:
    if target.asked != LATEST:
        return copy.value("SELECT pg_get_wal_replay_pause_state()") == "paused"
    if until_lsn:
        return bool(replayed) and lsn_number(replayed) >= lsn_number(until_lsn)
    return quiet_s > _NOTHING_MORE_S


def _why_it_ended(copy: Postgres, target: Target) -> str:
    run("journalctl", "--sync")
    said = run("journalctl", f"--unit={copy.unit}", "--output=cat", "--lines=40", "_TRANSPORT=stdout").stdout
    fatal = [line.partition("FATAL:")[2].strip() for line in said.splitlines() if "FATAL:" in line]
    if any("before configured recovery target was reached" in line for line in fatal):
        return (
            f"{target.asked} is out of reach: the archived WAL ends before it, or a part of it is lost; `make"
            " backups` tells of gaps. Nothing has changed."
        )
    return (
        f"PostgreSQL ended in {copy.data}: {(fatal or ['see the journal of ' + copy.unit])[-1].rstrip('.')}."
    )


def last_commit(copy: Postgres) -> datetime | None:
    """When the last transaction that was replayed was committed; None if none was since the backup."""
    at = copy.value("SELECT coalesce(extract(EPOCH FROM pg_last_xact_replay_timestamp())::text, '')")
    return datetime.fromtimestamp(float(at), UTC) if at else None


def promote(copy: Postgres) -> None:
    """The copy has a timeline of its own, which the archive knows if the copy archives."""
    if copy.value("SELECT pg_promote(wait_seconds => 60)") != "t":
        raise BackupError(
            f"{copy.data} could not be promoted within a minute: see the journal of {copy.unit}."
        )
    copy.value("CHECKPOINT")
    timeline = copy.value("SELECT timeline_id FROM pg_control_checkpoint()")
    history = f"{int(timeline):08X}.history"
    for _ in range(300):
        if not (copy.data / "pg_wal" / "archive_status" / f"{history}.ready").exists():
            return
        time.sleep(0.1)
    raise BackupError(f"{history} could not be archived: without it nobody can restore what comes now.")
