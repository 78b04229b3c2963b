"""
`bantam-history 14`: measure once, and keep it in PostgreSQL, but nothing that is older than so many days.

A timer starts it once a minute, since a program that stays would take 30 MB. What it measured waits in a file
and goes to PostgreSQL every five minutes, which writes less WAL; an outage of PostgreSQL is in the history as
well. A part that does not answer is null in the sample.
"""

import json
import os
import resource
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from . import app, parts
from .asking import PSQL, NoAnswerError, said

KEPT_EVERY = timedelta(minutes=4, seconds=30)
MOST_WAITING = 2000
"""A day and a third without PostgreSQL."""
Figures = dict[str, Any]


def sample() -> tuple[Figures, datetime | None]:
    """What every part says now, and until when samples have been kept, if PostgreSQL says so."""

    def answer(name: str, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except (NoAnswerError, OSError, KeyError, ValueError) as error:
            print(f"{name}: {error}", file=sys.stderr)
            return None

    taken_at = datetime.now(UTC)
    figures = {
        each.__name__: answer(each.__name__, each)
        for each in (parts.server, parts.cpu_s, parts.jobs, parts.certificate, parts.pool, parts.redis)
    }
    metrics = answer("app", app.metrics)
    routes = None if metrics is None else app.by_route(metrics)
    figures["app"] = None if routes is None else app.together(metrics, routes)
    told = answer("database", lambda: json.loads(said(*PSQL, text="SELECT history.now()"))) or {}
    figures["database"] = told.get("figures")
    own = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    figures["history"] = {
        "cpu_s": sum(each.ru_utime + each.ru_stime for each in own),
        "memory_mb": sum(each.ru_maxrss for each in own) // 1024,
    }
    details = {**told["details"], "routes": routes} if told.get("details") else None
    kept_until = told.get("kept_until")
    return (
        {"taken_at": taken_at.isoformat(), "figures": figures, "details": details},
        datetime.fromisoformat(kept_until) if kept_until else None,
    )


def waiting(file: Path) -> Iterator[Figures]:
    """The samples in the file; a line that is damaged is none."""
    for line in file.read_text().splitlines() if file.exists() else ():
        try:
            yield json.loads(line)
        except ValueError:
            continue


def is_due(kept_until: datetime | None) -> bool:
    """Whether the last samples were kept long ago, or in a future that the clock has come back from."""
    return kept_until is None or not timedelta(0) <= datetime.now(UTC) - kept_until <= KEPT_EVERY


def write(samples: list[Figures], file: Path) -> None:
    """The file has these samples, or those of before."""
    draft = file.with_suffix(".draft")
    draft.write_text("".join(f"{json.dumps(each)}\n" for each in samples))
    draft.rename(file)


def keep(samples: list[Figures], days: int) -> None:
    """PostgreSQL has these samples; it ignores what it had already."""
    text = json.dumps(samples).replace("'", "''")
    said(*PSQL, text=f"SELECT history.keep('{text}', {days})")


def note_recent(taken: Figures, file: Path) -> None:
    """The file has this sample and the one before it, for the alerts."""
    try:
        before = json.loads(file.read_text())[-1]
    except (OSError, ValueError, IndexError):
        before = taken
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps([before, {**taken, "details": None}]))
    draft.rename(file)


def main() -> int:
    """Take a sample; 1 if PostgreSQL answers but does not take it."""
    days = int(sys.argv[1])
    file = Path(os.environ["STATE_DIRECTORY"]) / "waiting.jsonl"
    taken, kept_until = sample()
    note_recent(taken, file.with_name("recent.json"))
    samples = [*waiting(file), taken][-MOST_WAITING:]
    write(samples, file)
    if taken["figures"]["database"] and (taken["details"] or is_due(kept_until)):
        try:
            keep(samples, days)
        except NoAnswerError as error:
            print(f"PostgreSQL does not take the history: {error}", file=sys.stderr)
            return 1
        file.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
