"""
`bantam-report`: the reports that are due, each a page with its date.

The first run in a day, a week (ISO), a month and a quarter writes its page; the day's is also written as
text, for those whom the alerts send it to. `bantam-report print KIND` prints one and keeps nothing.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from .page import page

SQL = Path(__file__).parent
PSQL = (
    "psql",
    "-Xqw",
    "-v",
    "ON_ERROR_STOP=1",
    "-p",
    "5432",
    "-d",
    "bantam",
    "-P",
    "footer=off",
    "-P",
    "null=",
)
TEXT = ("-P", "linestyle=unicode", "-P", "border=1")
HTML = ("-P", "format=html", "-P", "border=0")


@dataclass(frozen=True)
class Kind:
    """A report: its title, how its period is named, how many pages are kept."""

    title: str
    period: str
    kept: int


KINDS = {
    "daily": Kind("The last day", "%Y-%m-%d", 14),
    "weekly": Kind("Vacuum and bloat", "%G-W%V", 13),
    "monthly": Kind("Statements", "%Y-%m", 12),
    "quarterly": Kind("Capacity", "%Y-Q{quarter}", 8),
}


class NoReportError(Exception):
    """PostgreSQL gives no report; the message is what psql said."""


def written(kind: str, options: Sequence[str]) -> str:
    """Return what psql prints."""
    done = subprocess.run(
        [*PSQL, *options, "-f", SQL / f"{kind}.sql"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NoReportError((done.stderr.strip().splitlines() or ["psql does not say why"])[0])
    return done.stdout


def keep(folder: Path, now: datetime) -> list[str]:
    """The folder has the page of every period that has begun, the day's anew; return what is missing."""
    problems = []
    for name, kind in KINDS.items():
        period = now.strftime(kind.period).format(quarter=(now.month + 2) // 3)
        file = folder / f"{name}-{period}.html"
        try:
            if name == "daily" or not file.exists():
                write(file, page(f"{kind.title}, {period}", written(name, HTML)))
            if name == "daily":
                # Last: it is what is sent, with the page.
                write(folder / "report.txt", written(name, TEXT))
        except NoReportError as error:
            problems.append(f"There is no {name} report: {error}")
        for old in sorted(folder.glob(f"{name}-*.html"))[: -kind.kept]:
            old.unlink()
    return problems


def write(file: Path, text: str) -> None:
    """The file has the text, or that of before."""
    draft = file.with_suffix(".draft")
    draft.write_text(text)
    draft.rename(file)


def main() -> int:
    """Write what is due, or print one; 1 if PostgreSQL gives no report."""
    try:
        if sys.argv[1:2] == ["print"]:
            print(written(sys.argv[2], TEXT), end="")
            return 0
    except NoReportError as error:
        print(f"There is no report: {error}", file=sys.stderr)
        return 1
    problems = keep(Path(os.environ["STATE_DIRECTORY"]), datetime.now(UTC))
    print(*problems, sep="\n", end="", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
