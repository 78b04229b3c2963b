"""
`bantam-backup restore TO`: the database as it was then, while what serves keeps serving until that is ready.

A copy beside the data that serves replays WAL up to the target. Only then it takes the other's place; the
other is kept until `accept`, and `undo` exchanges them again. With --look the copy stays where it is,
read-only, on a socket of its own; another --look with a later target steps on.
"""

import json
import shutil
import time
from datetime import UTC, datetime
from typing import Any

from . import recovery, released
from .commands import BackupError, run, say
from .exchange import KEPT, data_exchanged
from .points import points
from .postgres import LIVE, RESTORED, Postgres
from .protected import alone, become_a_unit
from .replaced import add, last_end, refuse_what_is_gone
from .repository import Backup, archive_what_waits, backups
from .room import refuse_if_there_is_no_room
from .targets import LATEST, Target, lsn_number, parse, starting_point
from .timelines import history, own_control, timeline

# In the directory of a copy, from before it has its name: what it was made for.
NOTE = "bantam-restored.json"
_UNNAMED = Postgres(RESTORED.unit, RESTORED.data.with_name("restoring"), RESTORED.socket)
_DELETED = recovery.DELETED
# Requests wait meanwhile, and what is left to replay is at hand.
_LONGEST_WAIT_S = 20.0


def restore(*, to: str, look: bool, release: str = "") -> None:
    """
    The database is as it was at `to`, or a copy of it can be looked at.

    With a `release`, which served then, that one serves with it; again, nothing more is done.
    """
    become_a_unit()
    with alone("restore"):
        _tidy_up()
        if KEPT.exists() and release == released.links()["current"] and _made_for(LIVE) == to:
            say(f"The database is that of {to} already.")
            return
        if KEPT.exists() and not look:
            raise BackupError(
                f"{KEPT} has the data from before the last restore: first delete it by `make"
                " restore-accept`, or bring it back by `make restore-undo`."
            )
        started = time.monotonic()
        target = _copy_reaches(to)
        took = time.monotonic() - started
        last = recovery.last_commit(RESTORED)
        when = f"{last:%Y-%m-%d %H:%M:%S} UTC" if last else "before the end of the backup"
        say(f"A copy is ready after {took:.0f} s; last transaction: {when}")
        if look:
            say(
                "Look at it: sudo -u postgres psql -h /run/bantam-restored bantam. A later TO= steps on,"
                " the same TO= without LOOK makes it the database, `make restore-accept` removes it."
            )
            return
        _take_over(target, last or datetime.now(UTC), release)
        say(
            f"What the database was before is in {KEPT} until `make restore-accept`; `make restore-undo` is"
            " the way back."
        )


def _copy_reaches(to: str) -> Target:
    """A copy of the data is as it was at `to`; without one after a BackupError."""
    target = parse(to, points())
    own = bool(own_control())
    serves = own and LIVE.serves()
    if serves:
        _refuse_what_has_not_been_written(target)
    refuse_what_is_gone(target, history())
    backup = starting_point(target, backups(), history(), datetime.now(UTC))
    noted = _noted()
    if not _is_on_the_way(noted, target):
        refuse_if_there_is_no_room(backup, RESTORED.data)
        say(f"Restoring backup {backup.label}, {backup.size / 1e6:,.0f} MB")
        _lay_down(backup)
    end = _end_of_wal() if serves else None
    if own and not serves and target.asked == LATEST:
        run("systemctl", "stop", LIVE.unit)  # nothing is written after what is read now
        archive_what_waits(LIVE)
    try:
        if noted.get("to") != target.asked or not serves:
            _note(RESTORED, target, backup)
            wal_of = LIVE if own and target.asked == LATEST else None
            recovery.start(RESTORED, target, timeline(), wal_of=wal_of)
        say(f"Replaying WAL to {target.asked}")
        recovery.reach(RESTORED, target, until_lsn=end)
    except BackupError:
        recovery.remove(RESTORED)
        raise
    return target


def _lay_down(backup: Backup) -> None:
    recovery.remove(RESTORED)
    recovery.lay_down(_UNNAMED, backup)
    _note(_UNNAMED, Target(asked=""), backup)
    _UNNAMED.data.rename(RESTORED.data)


def _take_over(target: Target, last: datetime, release: str) -> None:
    try:
        with data_exchanged(RESTORED.data, release):
            control = own_control()
            if control and target.asked == LATEST:
                archive_what_waits(LIVE)
                end = control["Latest checkpoint location"]
                recovery.reach(RESTORED, target, until_lsn=end, stuck_s=_LONGEST_WAIT_S)
            recovery.promote(RESTORED)
            recovery.announce(RESTORED)
    except BackupError:
        if (RESTORED.data / NOTE).exists():  # without, it would be what served until now
            recovery.remove(RESTORED)
        raise
    RESTORED.data.rename(KEPT)
    add(last, int(timeline()))


def undo() -> None:
    """The data from before the last restore serves again; the restored data is kept in its place."""
    become_a_unit()
    with alone("undo a restore"):
        _tidy_up()
        if not KEPT.exists():
            raise BackupError("There is no data from before a restore: nothing to undo.")
        restored_at = last_end() or datetime.now(UTC)
        recovery.remove(RESTORED)
        recovery.begin_timeline(Postgres(RESTORED.unit, KEPT, RESTORED.socket))
        with data_exchanged(KEPT, released.noted(KEPT)):
            pass
        add(restored_at, int(timeline()))
        say(f"The restore is undone; what it had made is in {KEPT} until `make restore-accept`.")


def accept() -> None:
    """Only the data that serves is left; a copy that was looked at goes first, and alone."""
    become_a_unit()
    with alone("accept a restore"):
        _tidy_up()
        if RESTORED.data.exists() and KEPT.exists():
            recovery.remove(RESTORED)
            say(f"The copy is gone. {KEPT} has the data from before the last restore: once more deletes it.")
            return
        if KEPT.exists() and not LIVE.serves():
            raise BackupError(f"PostgreSQL does not serve, so {KEPT} stays: `make restore-undo`.")
        recovery.remove(RESTORED)
        (LIVE.data / NOTE).unlink(missing_ok=True)
        if KEPT.exists():
            KEPT.rename(_DELETED)
            shutil.rmtree(_DELETED)
        say("Only the data that serves is left.")


def _tidy_up() -> None:
    """What a run that was killed has left is where it belongs, or gone."""
    if _UNNAMED.data.exists():
        recovery.remove(_UNNAMED)
    if _DELETED.exists():
        shutil.rmtree(_DELETED)
    if RESTORED.data.exists() and not (RESTORED.data / NOTE).exists() and not KEPT.exists():
        RESTORED.data.rename(KEPT)  # the exchange was the last thing it did
    released.finish_change(LIVE.data)


def _refuse_what_has_not_been_written(target: Target) -> None:
    written = LIVE.value("SELECT pg_current_wal_lsn()")
    if target.lsn and lsn_number(target.lsn) > lsn_number(written):
        raise BackupError(f"{target.asked} has not been written yet: the WAL is at {written}.")


def _end_of_wal() -> str:
    """The end of what is committed so far, all of which is on its way to the archive."""
    end = LIVE.value("SELECT pg_current_wal_insert_lsn()")
    # A transaction of its own, so that a moment that nothing has happened after is reached, too.
    LIVE.value("SELECT pg_current_xact_id()")
    LIVE.value("SELECT pg_switch_wal()")
    return end


def _is_on_the_way(noted: dict[str, Any], target: Target) -> bool:
    """Whether the copy that is being looked at has at most to replay more."""
    if target.lsn and noted.get("lsn"):
        return lsn_number(noted["lsn"]) <= lsn_number(target.lsn)
    if target.time and noted.get("time"):
        return datetime.fromisoformat(noted["time"]) <= target.time
    return bool(noted) and target.asked == LATEST


def _noted() -> dict[str, Any]:
    """What a copy that is still in recovery was made for; empty if there is none, or none that answers."""
    try:
        if not RESTORED.is_running() or RESTORED.value("SELECT pg_is_in_recovery()") != "t":
            return {}
    except BackupError:
        return {}  # one that never became consistent
    noted: dict[str, Any] = json.loads((RESTORED.data / NOTE).read_text())
    return noted


def _made_for(server: Postgres) -> str:
    """What its data were restored for; empty if they were not, or are accepted."""
    note = server.data / NOTE
    return str(json.loads(note.read_text())["to"]) if note.exists() else ""


def _note(copy: Postgres, target: Target, backup: Backup) -> None:
    at = target.time.isoformat() if target.time else None
    noted = {"to": target.asked, "time": at, "lsn": target.lsn, "backup": backup.label}
    (copy.data / NOTE).write_text(json.dumps(noted))
    shutil.chown(copy.data / NOTE, "postgres", "postgres")
