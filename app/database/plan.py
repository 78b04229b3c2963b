"""What the next migrations will do: each is applied to a copy of the database, and watched."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import cast

import psycopg

from app.database.direct import Connection, RunnerError
from app.database.migrations import Migration, applied, pending, waiting
from app.database.steps import apply, make_history

# By the strength of the lock, the strongest first: who has to wait.
_WHO_WAITS = {
    "AccessExclusiveLock": "nobody reads or writes it meanwhile",
    "ExclusiveLock": "nobody writes it meanwhile",
    "ShareRowExclusiveLock": "nobody writes it meanwhile",
    "ShareLock": "nobody writes it meanwhile",
    "ShareUpdateExclusiveLock": "reads and writes go on; VACUUM and other migrations wait",
    "RowExclusiveLock": "reads and writes go on, but for the rows that change",
    "RowShareLock": "reads and writes go on",
}
_WATCH_EVERY_S = 0.002
_LATER = ", by the deploy after the one that brings it"
_TABLES = (
    "SELECT oid FROM pg_class WHERE relkind IN ('r', 'p', 'm') AND relnamespace = 'public'::regnamespace"
)
_LOCKS = """
SELECT l.relation::regclass::text, l.mode
FROM pg_locks AS l
WHERE l.pid = %s
  AND l.relation = ANY(%s)
  AND l.granted
"""

Held = dict[tuple[str, str], tuple[float, float]]


def plan(connection: Connection, steps: list[Migration], beside: Path | None) -> None:
    """
    Print of each pending migration its SQL, how long it took, and which locks of tables it held how long.

    Contracts that the release `beside` lacks come last, as they will.

    They are applied: RunnerError if the database is not a copy, which archives nothing.
    """
    if connection.execute("SHOW archive_mode").fetchone() != ("off",):
        raise RunnerError("A plan applies the migrations, so it needs a copy: `make migrate-plan` makes one.")
    make_history(connection)
    left = pending(steps, applied(connection))
    last = waiting(left, beside)
    for step in sorted(left, key=last.__contains__):
        tables = [cast("int", oid) for [oid] in connection.execute(_TABLES).fetchall()]
        with _watched(connection, tables) as held:
            milliseconds = apply(connection, step, before_commit=partial(_look, connection, tables, held))
        print(f"{step.version}: {milliseconds / 1000:.2f} s{_LATER if step in last else ''}")
        for table, mode, seconds in _strongest(held):
            print(f"    {table}: {mode} for {seconds:.2f} s; {_WHO_WAITS[mode]}")
        print("".join(f"        {line}\n" if line else "\n" for line in step.up.strip().splitlines()))


def _look(watching: Connection, tables: list[int], held: Held, pid: int | None = None) -> None:
    """Add what the session `pid` (default: the one that looks) holds now."""
    pid = pid or watching.info.backend_pid
    for table, mode in watching.execute(_LOCKS, [pid, tables]).fetchall():
        now = time.monotonic()
        first, _ = held.get((str(table), str(mode)), (now, now))
        held[str(table), str(mode)] = first, now


@contextmanager
def _watched(connection: Connection, tables: list[int]) -> Iterator[Held]:
    """What the connection locks meanwhile: by table and mode, when it was seen first and last."""
    held: Held = {}
    ended = threading.Event()
    pid = connection.info.backend_pid

    def watch() -> None:
        with psycopg.connect(connection.info.dsn, autocommit=True) as watching:
            while not ended.is_set():
                _look(watching, tables, held, pid)
                time.sleep(_WATCH_EVERY_S)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield held
    finally:
        ended.set()
        watcher.join()


def _strongest(held: Held) -> list[tuple[str, str, float]]:
    """Of each table the strongest lock, and how long it was held; the strongest come first."""
    strength = list(_WHO_WAITS)
    found: dict[str, tuple[int, str, float]] = {}
    for (table, mode), (first, last) in held.items():
        if mode in strength:
            each = strength.index(mode), mode, last - first
            found[table] = min(found.get(table, each), each, key=lambda lock: lock[0])
    ordered = sorted(found.items(), key=lambda item: (item[1][0], item[0]))
    return [(table, mode, seconds) for table, (_, mode, seconds) in ordered]
