"""The statements of a load that took most of the database's time, with their texts and plans."""

import re
from typing import TYPE_CHECKING

import msgspec
from gevent import subprocess

from loadtests.results.load_file import Statement
from loadtests.server.database import QUERIES
from loadtests.server.database import Statement as Counted

if TYPE_CHECKING:
    from collections.abc import Callable

SHOWN = 10
"""By each of: time in all, longest run, calls."""
SECONDS = 60
PSQL = "cd / && sudo -n -u postgres psql -XAtq -d bantam"
MARK = re.compile(r"^== (-?[0-9]+)$")


def described(ssh: list[str], done: dict[str, Counted]) -> list[Statement]:
    """Return the notable ones of what was done, by time in all, the most expensive first."""
    ids = _notable(done)
    try:
        texts = _texts(ssh, ids)
        plans = _plans(ssh, texts)
    except (OSError, subprocess.SubprocessError, msgspec.DecodeError):
        # A database that does not answer any more must not cost the run its figures.
        texts, plans = {}, {}
    return [
        Statement(
            text=texts.get(query, f"query {query}, whose text is gone"),
            calls=done[query].calls,
            total_ms=round(done[query].total_ms, 1),
            mean_ms=round(done[query].total_ms / done[query].calls, 3),
            longest_ms=round(done[query].longest_ms, 1),
            rows=done[query].rows,
            blocks_hit=done[query].blocks_hit,
            blocks_read=done[query].blocks_read,
            plan=plans.get(query, ""),
        )
        for query in ids
    ]


def _notable(done: dict[str, Counted]) -> list[str]:
    orders: list[Callable[[str], float]] = [
        lambda query: done[query].total_ms,
        lambda query: done[query].longest_ms,
        lambda query: done[query].calls,
    ]
    chosen = {query for order in orders for query in sorted(done, key=order, reverse=True)[:SHOWN]}
    return sorted(chosen, key=lambda query: done[query].total_ms, reverse=True)


def _texts(ssh: list[str], ids: list[str]) -> dict[str, str]:
    said = _ask(ssh, f"\\set ids '{','.join(ids)}'\n{(QUERIES / 'texts.sql').read_text()}")
    return msgspec.json.decode(said, type=dict[str, str]) if said.strip() else {}


def _plans(ssh: list[str], texts: dict[str, str]) -> dict[str, str]:
    """Return query id -> generic plan; a statement that cannot be explained has none."""
    script = "".join(
        f"\\echo == {query}\nEXPLAIN (GENERIC_PLAN) {text.rstrip().rstrip(';')};\n"
        for query, text in texts.items()
    )
    plans: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in _ask(ssh, script).splitlines():
        mark = MARK.match(line)
        if mark:
            lines = plans.setdefault(mark[1], [])
        else:
            lines.append(line)
    return {query: "\n".join(plan) for query, plan in plans.items()}


def _ask(ssh: list[str], script: str) -> str:
    # A statement that EXPLAIN refuses only leaves its plan empty, so psql's complaints are of no interest.
    done = subprocess.run(
        [*ssh, PSQL], input=script.encode(), capture_output=True, timeout=SECONDS, check=False
    )
    return str(done.stdout.decode())
