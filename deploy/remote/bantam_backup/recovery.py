"""A copy of the data, in a PostgreSQL of its own that replays WAL up to a target and stops there."""

import shutil
import time
from datetime import UTC, datetime

from .commands import BackupError, as_postgres, run, say
from .postgres import LIVE, PROGRAMS, Postgres
from .repository import Backup, newest_wal, pgbackrest
from .targets import LATEST, Target, lsn_number

DELETED = LIVE.data.with_name("accepted")
"""What is about to be deleted."""

_POLL_S = 0.2
_SAY_EVERY_S = 10.0
# At the end of the WAL of a database that is down, nothing more comes.
_NOTHING_MORE_S = 10.0
# What is on its way to the archive has arrived by then, or does not.
_STUCK_S = 120.0
# Before anybody can ask how far it is, the files of a large copy may have to reach the disk first.
_STUCK_BEFORE_S = 600.0
_WAL_BYTES = 16 << 20
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
    if DELETED.exists():
        shutil.rmtree(DELETED)
    if copy.data.exists():
        # In one step: what is half deleted must not look like anything else.
        copy.data.rename(DELETED)
        shutil.rmtree(DELETED)


def stop(copy: Postgres) -> None:
    """Nothing runs on the copy; what it wrote is on disk."""
    run("systemctl", "stop", copy.unit)
    run("systemctl", "reset-failed", copy.unit)


def start(
    copy: Postgres, target: Target, timeline: str, *, wal_of: Postgres | None = None, cpu: str = "other"
) -> None:
    """
    PostgreSQL replays WAL on the copy, also what is not archived of `wal_of`; `reach` waits for it.

    Nothing that it writes gets into the archive. `cpu` is its scheduling policy.
    """
    stop(copy)
    for name in ("standby.signal", "recovery.signal"):
        (copy.data / name).unlink(missing_ok=True)
    # A standby waits for more at the end of the WAL, where a recovery would begin a timeline of its own.
    signal = "standby.signal" if target.asked == LATEST else "recovery.signal"
    run(*as_postgres("touch", copy.data / signal))
    settings = {**_settings(copy, wal_of), "recovery_target_timeline": timeline}
    if target.time:
        settings["recovery_target_time"] = target.time.astimezone(UTC).isoformat(sep=" ")
    if target.lsn:
        # The record that begins there belongs to what comes after.
        settings |= {"recovery_target_lsn": target.lsn, "recovery_target_inclusive": "off"}
    unit = {
        "RuntimeDirectory": copy.socket.name,
        "RuntimeDirectoryMode": "0750",
        "WorkingDirectory": "/",
        "Environment": "LC_ALL=C.UTF-8",
        "User": "postgres",
        "Nice": "10",
        "CPUSchedulingPolicy": cpu,
        "IOSchedulingClass": "idle",
        "OOMScoreAdjust": "600",
        "KillSignal": "SIGINT",
        "KillMode": "mixed",
        "TimeoutStopSec": "120",
    }
    properties = [f"--property={name}={value}" for name, value in unit.items()]
    options = [f"--{name.replace('_', '-')}={value}" for name, value in settings.items()]
    begun = ("systemd-run", "--quiet", "--collect", f"--unit={copy.unit}")
    done = run(*begun, *properties, PROGRAMS / "postgres", "-D", copy.data, *options)
    if done.returncode:
        raise BackupError(f"PostgreSQL does not start in {copy.data}: {done.stderr.strip()}.")


def _settings(copy: Postgres, wal_of: Postgres | None) -> dict[str, str]:
    """Those of the one that serves, but small, and with a socket of its own."""
    pgbackrest_here = f"pgbackrest --stanza=bantam --pg1-path={copy.data}"
    fetch = f'{pgbackrest_here} archive-get %f "%p"'
    if wal_of:
        fetch += f' || cp {wal_of.data}/pg_wal/%f "%p"'
    written_with = [copy.control(), LIVE.control()]
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
        "archive_mode": "off",
        "log_connections": "off",
        "restore_command": fetch,
        "wal_retrieve_retry_interval": "500ms",
        "recovery_target_action": "pause",
        **{
            setting: str(max(int(each.get(f"{name} setting", 0)) for each in written_with))
            for name, setting in _AT_LEAST.items()
        },
    }


def reach(
    copy: Postgres, target: Target, *, until_lsn: str | None = None, stuck_s: float | None = None
) -> float:
    """
    The target has been replayed, and nothing after it; BackupError if the archive ends before it.

    `latest` is reached after `until_lsn`, or without one at the end of the archive. Returns how many seconds
    ago the last WAL was replayed.
    """
    begun = told = moved = time.monotonic()
    replayed = ""
    while True:
        if not copy.is_running():
            raise BackupError(_why_it_ended(copy, target))
        now = _replayed(copy)
        at = _at_work(copy) if now is None else now
        if at != replayed:
            replayed, moved = at, time.monotonic()
        quiet_s = time.monotonic() - moved
        if now is not None and _is_reached(copy, target, now, until_lsn, quiet_s):
            return quiet_s
        if quiet_s > (stuck_s or (_STUCK_BEFORE_S if now is None else _STUCK_S)):
            raise BackupError(
                f"Nothing comes after WAL {replayed}: the archive lacks it, or is slow; `make backups`"
                " tells of gaps. A time before it can be restored."
            )
        if time.monotonic() - told > _SAY_EVERY_S:
            told = time.monotonic()
            say(f"Replaying WAL for {told - begun:.0f} s: {now or 'not yet consistent'}")
        time.sleep(_POLL_S)


def _is_paused(copy: Postgres) -> bool:
    try:
        return copy.value("SELECT pg_get_wal_replay_pause_state()") == "paused"
    except BackupError:
        return False


def _replayed(copy: Postgres) -> str | None:
    """How far the replay is; None while nobody can ask, which may be because it is about to end."""
    try:
        return copy.value("SELECT coalesce(pg_last_wal_replay_lsn()::text, '')")
    except BackupError:
        return None


def _at_work(copy: Postgres) -> str:
    """What the process that replays says of itself, with the file that it is at."""
    pid = run("systemctl", "show", "--value", "--property=MainPID", copy.unit).stdout.strip()
    processes = run("ps", "--ppid", pid, "-o", "args=").stdout.splitlines()
    return next((line.partition("startup")[2].strip() for line in processes if "startup" in line), "")


def _is_reached(copy: Postgres, target: Target, replayed: str, until_lsn: str | None, quiet_s: float) -> bool:
    if target.asked != LATEST:
        if not _is_paused(copy):
            return False
        if not any("recovery stopping" in line for line in _journal(copy)):
            raise BackupError(
                f"The replay paused at {replayed}: {_last(copy, 'WARNING') or 'see the journal'}."
            )
        return True
    if until_lsn:
        return bool(replayed) and lsn_number(replayed) > lsn_number(until_lsn)
    return quiet_s > _NOTHING_MORE_S and lsn_number(replayed) > _begin_of(newest_wal())


def _begin_of(wal: str) -> int:
    """Where a file of WAL begins."""
    return ((int(wal[8:16], 16) << 8) + int(wal[16:24], 16)) * _WAL_BYTES if wal else 0


def _journal(copy: Postgres) -> list[str]:
    """What PostgreSQL has said since it was started on the copy."""
    run("journalctl", "--sync")
    invocation = run("systemctl", "show", "--value", "--property=InvocationID", copy.unit).stdout.strip()
    of = [f"_SYSTEMD_INVOCATION_ID={invocation}"] if invocation else [f"--unit={copy.unit}", "--lines=40"]
    return run("journalctl", "--output=cat", "_TRANSPORT=stdout", *of).stdout.splitlines()


def _last(copy: Postgres, level: str) -> str:
    """The last message of that level, but for those about connections that come too early; or nothing."""
    said = [line.partition(f"{level}:")[2].strip().rstrip(".") for line in _journal(copy) if level in line]
    found = [message for message in said if not message.startswith("the database system is ")]
    return found[-1] if found else ""


def _why_it_ended(copy: Postgres, target: Target) -> str:
    fatal = _last(copy, "FATAL")
    if "before configured recovery target was reached" in fatal:
        return (
            f"{target.asked} is out of reach: the archived WAL ends before it, or a part of it is lost; `make"
            " backups` tells of gaps. Nothing has changed."
        )
    return f"PostgreSQL ended in {copy.data}: {fatal or f'see the journal of {copy.unit}'}."


def last_commit(copy: Postgres) -> datetime | None:
    """When the last transaction that was replayed was committed; None if none was since the backup."""
    at = copy.value("SELECT coalesce(extract(EPOCH FROM pg_last_xact_replay_timestamp())::text, '')")
    return datetime.fromtimestamp(float(at), UTC) if at else None


def promote(copy: Postgres) -> None:
    """The copy is a database of its own, on a new timeline that nobody knows of yet."""
    if copy.value("SELECT pg_promote(wait_seconds => 300)") != "t":
        raise BackupError(
            f"{copy.data} could not be promoted within a minute: see the journal of {copy.unit}."
        )
    copy.value("CHECKPOINT")


def announce(copy: Postgres) -> None:
    """The copy has stopped; once it serves, the archive learns of its timeline before anything else."""
    timeline = int(copy.value("SELECT timeline_id FROM pg_control_checkpoint()"))
    stop(copy)
    run(*as_postgres("touch", copy.data / "pg_wal" / "archive_status" / f"{timeline:08X}.history.ready"))


def begin_timeline(former: Postgres) -> None:
    """Data that has served before and stopped cleanly is on a timeline of its own, later than any other."""
    end = former.control()["Latest checkpoint location"]
    start(former, Target(asked=LATEST), "current")
    reach(former, Target(asked=LATEST), until_lsn=end)
    promote(former)
    announce(former)
