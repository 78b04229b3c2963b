"""Other data in the place of the one that serves, in one step, while requests wait in the pool."""

import contextlib
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from .commands import BackupError, as_postgres, run, say
from .postgres import LIVE

KEPT = LIVE.data.with_name("before-restore")
"""After a restore: the data from before."""

_RELEASE = Path("/opt/bantam/current/bin")
_POOL = (
    "runuser",
    "-u",
    "pgbouncer",
    "--",
    "psql",
    "-Xqw",
    "-h",
    "/run/pgbouncer",
    "-p",
    "6432",
    "-d",
    "pgbouncer",
)
_LONGEST_PAUSE_S = "4"


@contextlib.contextmanager
def data_exchanged(other: Path) -> Iterator[None]:
    """
    Afterwards PostgreSQL serves what was in `other`, which has what it served, and no cache knows any of it.

    The block runs while requests wait and the former data still runs. After a BackupError, in it or in the
    exchange, everything is as it was.
    """
    if LIVE.serves():
        LIVE.value("CHECKPOINT")  # or stopping would take as long as one
    began = time.monotonic()
    # Longer transactions are cut.
    run("timeout", _LONGEST_PAUSE_S, *_POOL, "-c", "PAUSE bantam")
    try:
        yield
        _exchange(other)
        # Redis keeps nothing on disk; the workers take it for an outage, and believe nothing from before.
        if run("systemctl", "restart", "redis-server.service").returncode:
            say("Redis does not start: see `journalctl -u redis-server`.")
    finally:
        run(*_POOL, "-c", "RESUME bantam")
    say(f"The other data serves; requests waited for {time.monotonic() - began:.1f} s")
    _renew_workers()


def _exchange(other: Path) -> None:
    _stop()
    _swap(other)
    try:
        _start()
        _suit_the_release()
    except BackupError:
        _stop()
        _swap(other)
        with contextlib.suppress(BackupError):  # it may be what made a restore necessary
            _start()
        raise


def _stop() -> None:
    done = run("systemctl", "stop", LIVE.unit)
    if done.returncode:
        raise BackupError(f"PostgreSQL does not stop: {done.stderr.strip()}")


def _swap(other: Path) -> None:
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


def _suit_the_release() -> None:
    """The release that serves can run on this data; its later migrations are applied."""
    if not _RELEASE.exists():
        return
    for program, *arguments in (["bantam-migrate", "up"], ["bantam-check-schema"]):
        done = run(*as_postgres(_RELEASE / program, *arguments))
        if done.returncode:
            said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise BackupError(f"Today's release cannot run on the data of then: {said}")


def _renew_workers() -> None:
    """Every worker has started after the exchange; their socket stays open."""
    listed = run("systemctl", "list-units", "--plain", "--no-legend", "bantam-app@*.service").stdout
    for worker in sorted(line.split()[0] for line in listed.splitlines()):
        if run("systemctl", "restart", worker).returncode:
            say(f"{worker} does not become ready: see its journal.")
