"""`bantam-report-files`: the four reports of the previous month, as CSV files."""

import argparse
import os
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import msgspec

from app.agency.reports import csv_export
from app.agency.reports.report import REPORTS, Report
from app.database.direct import DATABASE, OWNER, Connection, run

FOLDER = Path("/var/lib/bantam/reports")
KEPT_MONTHS = 24
LINES_AT_ONCE = 1000


def generate(connection: Connection, folder: Path, month: date) -> None:
    """Write the four files of a month, each complete or not at all, and remove the oldest files."""
    connection.execute(f"SET ROLE {OWNER}".encode())
    connection.execute("SET statement_timeout = '5min'")
    for report in REPORTS:
        file = folder / f"{month:%Y-%m}-{report.sql.name}.csv"
        draft = file.with_suffix(".draft")
        lines = _write(connection, report, month, draft)
        draft.replace(file)
        print(f"{file} has {lines} lines")
    oldest = f"{_months_before(month, KEPT_MONTHS):%Y-%m}"
    for file in sorted(folder.glob("????-??-*.csv")):
        if file.name[:7] <= oldest:
            file.unlink()
            print(f"{file} removed: older than {KEPT_MONTHS} months")


def _write(connection: Connection, report: Report, month: date, file: Path) -> int:
    decoder = msgspec.json.Decoder(report.line)
    count = 0
    with connection.transaction(), file.open("wb") as target:
        target.write(csv_export.header(report.line))
        cursor = connection.cursor(name="lines", binary=False)
        cursor.itersize = LINES_AT_ONCE
        cursor.execute(report.sql.export(), {"month": month})
        while rows := cursor.fetchmany(LINES_AT_ONCE):
            target.write(csv_export.rows(decoder.decode(str(line)) for (line,) in rows))
            count += len(rows)
        target.flush()
        os.fsync(target.fileno())
    return count


def last_month(today: date) -> date:
    """Return the first day of the previous month."""
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


def _months_before(month: date, number: int) -> date:
    months = month.year * 12 + month.month - 1 - number
    return date(months // 12, months % 12 + 1, 1)


def main() -> int:
    """Write the files of one month; return 0 if all of them were written."""
    parser = argparse.ArgumentParser(prog="bantam-report-files", description=__doc__)
    parser.add_argument(
        "--folder", type=Path, default=FOLDER, help="where to write them (default: %(default)s)"
    )
    parser.add_argument(
        "--month",
        type=lambda text: date.fromisoformat(f"{text}-01"),
        default=last_month(date.today()),  # noqa: DTZ011  (the server's clock is UTC)
        help="like 2026-10 (default: the previous month)",
    )
    options = parser.parse_args()
    work = partial(generate, folder=options.folder, month=options.month)
    return run(DATABASE, "bantam-report-files", work)
