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
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from . import app, parts, prometheus
from .asking import PSQL, NoAnswerError, said

KEPT_EVERY = timedelta(minutes=4, seconds=30)
MOST_WAITING = 1440
"""A day without PostgreSQL."""
AT_ONCE = 100
"""So many samples in one statement: what it is in memory is bounded, however many wait."""
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


def waiting(file: Path) -> list[str]:
    """The samples in the file, as they are written there; a line that is damaged is none."""
    lines = file.read_text(errors="replace").splitlines() if file.exists() else []
    return [line for line in lines if is_sample(line)]


def is_sample(line: str) -> bool:
    """Whether PostgreSQL would take it: one that it refuses would keep all others out."""
    try:
        found = json.loads(line)
    except ValueError:
        return False
    return isinstance(found, dict) and found.keys() == {"taken_at", "figures", "details"}


def has_details_of(hour: str, lines: Iterable[str]) -> bool:
    """Whether a sample of this hour has details already, which need not be in each until they are kept."""
    return any(f'"taken_at": "{hour}' in line and '"details": {' in line for line in lines)


def waited_s(lines: list[str]) -> int:
    """For how long the oldest of these samples has been waiting."""
    if not lines:
        return 0
    return int((datetime.now(UTC) - datetime.fromisoformat(json.loads(lines[0])["taken_at"])).total_seconds())


def is_due(kept_until: datetime | None) -> bool:
    """Whether the last samples were kept long ago, or in a future that the clock has come back from."""
    return kept_until is None or not timedelta(0) <= datetime.now(UTC) - kept_until <= KEPT_EVERY


def write(lines: list[str], file: Path) -> None:
    """The file has these samples, or those of before."""
    draft = file.with_suffix(".draft")
    draft.write_text("".join(f"{line}\n" for line in lines))
    draft.rename(file)


def keep(lines: list[str], file: Path, days: int) -> None:
    """PostgreSQL has these samples, and the file none; PostgreSQL ignores what it had already."""
    while lines:
        text = f"[{','.join(lines[:AT_ONCE])}]".replace("\\", "\\\\").replace("'", "''")
        # As a parameter: a statement that fails is in PostgreSQL's log, its parameters are not.
        said(*PSQL, text=f"SELECT history.keep($1::jsonb, $2::integer) \\bind '{text}' {days} \\g\n")
        del lines[:AT_ONCE]
        write(lines, file)
    file.unlink()


def note_recent(taken: Figures, file: Path) -> None:
    """The file has this sample and the one before it, for the alerts."""
    try:
        before = json.loads(file.read_text())[-1]
        before["figures"]["server"], before["taken_at"]
    except (OSError, ValueError, LookupError, TypeError):
        before = taken
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps([before, {**taken, "details": None}]))
    draft.rename(file)


def main() -> int:
    """Take a sample; 1 if PostgreSQL answers but does not take it."""
    days = int(sys.argv[1])
    file = Path(os.environ["STATE_DIRECTORY"]) / "waiting.jsonl"
    lines = waiting(file)[-MOST_WAITING:]
    taken, kept_until = sample()
    taken["figures"]["history"]["waiting_s"] = waited_s(lines)
    if has_details_of(taken["taken_at"][:13], lines):
        taken["details"] = None
    note_recent(taken, file.with_name("recent.json"))
    lines.append(json.dumps(taken))
    write(lines, file)
    prometheus.write(taken)
    if taken["figures"]["database"] and (taken["details"] or is_due(kept_until)):
        try:
            keep(lines, file, days)
        except NoAnswerError as error:
            print(f"PostgreSQL does not take the history: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
