"""Other data in the place of the one that serves, in one step, while requests wait in the pool."""

import contextlib
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from . import recovery, released
from .commands import BackupError, as_postgres, run, say
from .postgres import LIVE, RESTORED, Postgres
from .protected import alone

KEPT = LIVE.data.with_name("before-restore")
"""After a restore: the data from before."""

# While it is there, caches may be of other data than PostgreSQL. A restart of the server ends it, and them.
_EXCHANGED = Path("/run/bantam-data-exchanged")
_RELEASE = Path("/opt/bantam/current/bin")
_CONSOLE = ("psql", "-Xqw", "-h", "/run/pgbouncer", "-p", "6432", "-d", "pgbouncer")
_LONGEST_PAUSE_S = "4"


@contextlib.contextmanager
def data_exchanged(other: Path, release: str = "") -> Iterator[None]:
    """
    Afterwards PostgreSQL serves what was in `other`, which has what it served; no cache knows any of it.

    With a `release`, that one is current from then on; without, the one that serves must suit the data.
    The block runs while requests wait and PostgreSQL has stopped. After a BackupError, in it or in the
    exchange, everything is as it was.
    """
    if LIVE.serves():
        LIVE.value("CHECKPOINT")  # or stopping would take as long as one
    began = time.monotonic()
    try:
        run("timeout", _LONGEST_PAUSE_S, *_pool("PAUSE bantam"))  # longer transactions are cut
        _stop()
        yield
        _exchange(other, release)
    except BackupError:
        with contextlib.suppress(BackupError):  # it may be what made a restore necessary
            _start()
        run(*_pool("RESUME bantam"))
        raise
    _renew_what_remembers()
    say(f"The other data serves, {time.monotonic() - began:.1f} s after the last request of before")


def _pool(command: str) -> tuple[str, ...]:
    return ("runuser", "-u", "pgbouncer", "--", *_CONSOLE, "-c", command)


def _exchange(other: Path, release: str) -> None:
    links = released.links()
    if release:
        released.note_change(release, leaves=LIVE.data, comes=other)
    _swap(other)
    try:
        _start()
        released.finish_change(LIVE.data)
        _suit_the_release(migrate=not release)
    except (BackupError, OSError) as error:
        _stop()
        _swap(other)
        released.put_back(links)
        released.forget_change(LIVE.data, other)
        _EXCHANGED.unlink()
        # The archive may know the other's timeline by now, and the latest one must be that of what serves.
        with contextlib.suppress(BackupError):
            recovery.begin_timeline(Postgres(RESTORED.unit, LIVE.data, RESTORED.socket))
        if isinstance(error, BackupError):
            raise
        raise BackupError(f"The release could not be changed with the data: {error}.") from None


def _stop() -> None:
    done = run("systemctl", "stop", LIVE.unit)
    if done.returncode:
        raise BackupError(f"PostgreSQL does not stop: {done.stderr.strip()}")


def _swap(other: Path) -> None:
    _EXCHANGED.touch()
    if not LIVE.data.exists():
        LIVE.data.mkdir(mode=0o700)
        shutil.chown(LIVE.data, "postgres", "postgres")
    done = run("mv", "--exchange", "--no-copy", "-T", other, LIVE.data)
    if done.returncode:
        raise BackupError(f"{other} cannot take the place of {LIVE.data}: {done.stderr.strip()}")


def _start() -> None:
    done = run("systemctl", "start", LIVE.unit)
    if done.returncode or not LIVE.is_ready():
        raise BackupError("PostgreSQL does not start: see `journalctl -u postgresql@17-main`.")


def _suit_the_release(*, migrate: bool) -> None:
    """The release that serves can run on this data; if asked, its later migrations are applied."""
    if not _RELEASE.exists():
        return
    up = ["bantam-migrate", "up", "--beside", "/opt/bantam/previous"]
    for program, *arguments in ([up] if migrate else []) + [["bantam-check-schema"]]:
        done = run(*as_postgres(_RELEASE / program, *arguments))
        if done.returncode:
            said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise BackupError(f"Today's release cannot run on the data of then: {said}")


def _renew_what_remembers() -> None:
    # Redis keeps nothing on disk; the workers take it for an outage, and believe nothing from before.
    if run("systemctl", "restart", "redis-server.service").returncode:
        say("Redis does not start: see `journalctl -u redis-server`.")
    run(*_pool("RESUME bantam"))
    listed = run("systemctl", "list-units", "--plain", "--no-legend", "bantam-app@*.service").stdout
    for worker in sorted(line.split()[0] for line in listed.splitlines()):
        if run("systemctl", "restart", worker).returncode:
            say(f"{worker} does not become ready: see its journal.")
    _EXCHANGED.unlink(missing_ok=True)


def finish() -> None:
    """Whatever ended a restore: PostgreSQL runs, the pool does not wait, and no cache is of other data."""
    with contextlib.suppress(BackupError), alone("finish a restore"):  # or the one that holds the lock does
        released.finish_change(LIVE.data)
        run("systemctl", "start", LIVE.unit)
        if _EXCHANGED.exists():
            _renew_what_remembers()
        else:
            run(*_pool("RESUME bantam"))
