"""
`bantam-backup drill`: is all this good for anything? What is in the repository is restored, and looked at.

On the same server, beside the database that serves and at low priority: every file of the repository against
its checksum, the newest backup and all WAL after it into a copy, every row and index of the copy, and what a
loss of the server would have cost. The last line of /var/log/bantam/drills.jsonl has the result.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from . import recovery
from .commands import BackupError, as_postgres, run, say
from .counting import next_transaction, rows_by_table
from .logs import note
from .postgres import DRILLED, LIVE, PROGRAMS
from .protected import alone, become_a_unit
from .repository import Backup, backups, damages
from .room import refuse_if_there_is_no_room
from .targets import LATEST, Target
from .timelines import history, timeline

LOG = "drills"


def drill() -> None:
    """The log has one more line; BackupError says what failed, and the line does."""
    become_a_unit("CPUSchedulingPolicy=idle", "IOSchedulingClass=idle")
    with alone("drill"):
        result: dict[str, Any] = {"at": datetime.now(UTC).isoformat(timespec="seconds")}
        try:
            _drill(result)
        except BackupError as error:
            note(LOG, **result, failed=str(error))
            raise BackupError(f"The drill failed. {error}") from None
        finally:
            recovery.remove(DRILLED)
        note(LOG, **result)
        say(
            f"The drill restored backup {result['backup']} and all WAL after it in {result['rto_s']} s:"
            f" {result['rows']:,} rows. With this server, {result['lost_rows']} rows of"
            f" {result['lost_transactions']} transactions in at most {result['lost_s']} s would be lost."
        )


def _drill(result: dict[str, Any]) -> None:
    with _timed(result, "repository_s"):
        say("Checking every file of the repository")
        if damaged := damages():
            raise BackupError(f"The repository is damaged: {damaged}.")
    began = time.monotonic()
    # Nobody waits for it: it takes only what nobody else needs.
    backup, waited_s = restore_newest("idle")
    result |= {
        "backup": backup.label,
        "size_mb": round(backup.size / 1e6),
        "rto_s": round(time.monotonic() - began - waited_s, 1),
    }
    last = recovery.last_commit(DRILLED) or backup.ended
    lost = next_transaction(LIVE) - next_transaction(DRILLED)
    live, restored = rows_by_table(LIVE), rows_by_table(DRILLED)
    if missing := sorted(live.keys() - restored.keys()):
        say(f"Tables that are not in the archive yet: {', '.join(missing)}")
    result |= {
        "rows": sum(restored.values()),
        "lost_rows": sum(max(0, live[table] - restored.get(table, 0)) for table in live),
        "lost_transactions": lost,
        # An upper bound: nothing may have been committed for a while.
        "lost_s": round((datetime.now(UTC) - last).total_seconds()) if lost else 0,
    }
    with _timed(result, "amcheck_s"):
        say("Checking every table and index of the copy")
        _amcheck()


def restore_newest(cpu: str) -> tuple[Backup, float]:
    """
    The newest backup and all WAL after it are in DRILLED, which can be read; `cpu` is its scheduling policy.

    Returns the backup, and how many seconds were spent on waiting for WAL that did not come.
    """
    found = [backup for backup in backups() if history().has(backup)]
    if not found:
        raise BackupError("There is no backup of this data: run `make backup`.")
    backup, target = found[-1], Target(asked=LATEST)
    refuse_if_there_is_no_room(backup)
    say(f"Restoring backup {backup.label}, {backup.size / 1e6:,.0f} MB")
    recovery.lay_down(DRILLED, backup)
    recovery.start(DRILLED, target, timeline(), cpu=cpu)
    return backup, recovery.reach(DRILLED, target)


def _amcheck() -> None:
    recovery.promote(DRILLED)
    check = ["--install-missing", "--heapallindexed", "--all", "--no-password", "--host", str(DRILLED.socket)]
    done = run(*as_postgres(PROGRAMS / "pg_amcheck", "--port=5432", *check))
    if done.returncode:
        said = (done.stdout.strip() or done.stderr.strip() or "pg_amcheck failed").splitlines()[0]
        raise BackupError(f"The restored data is damaged: {said.rstrip('.:')}.")


@contextmanager
def _timed(result: dict[str, Any], name: str) -> Iterator[None]:
    """`result[name]` is how many seconds the block took."""
    began = time.monotonic()
    yield
    result[name] = round(time.monotonic() - began, 1)
