"""`bantam-refresh-reports`: refresh the reports' materialized views without blocking readers."""

import sys
import time

from psycopg import Error

from app.database.direct import DATABASE, OWNER, Connection, RunnerError, run

LOCK = 0x62616E726570  # "banrep": a session lock, so that one refresh runs at a time
VIEWS = (
    "report_projects",
    "report_time",
    "report_time_months",
    "report_finance",
    "report_revenue",
    "report_team",
    "report_team_months",
)
"""In this order: the monthly sums are computed from the lines."""


def refresh(connection: Connection) -> None:
    """Refresh each view and record when and how long; one that fails keeps its rows and stops no other."""
    connection.execute(f"SET ROLE {OWNER}".encode())
    connection.execute("SET statement_timeout = '10min'")
    # A seed or a migration may have locked the tables; no reader waits while this waits.
    connection.execute("SET lock_timeout = '5min'")
    if connection.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone() != (True,):
        raise RunnerError("Another refresh of the reports is running; wait for it to end.")
    failed = []
    for view in VIEWS:
        try:
            milliseconds = _refresh_view(connection, view)
        except Error as error:
            if connection.closed:
                raise
            failed.append(view)
            print(f"{view} was not refreshed: {str(error).splitlines()[0]}", file=sys.stderr)
        else:
            print(f"{view} refreshed in {milliseconds} ms")
    if failed:
        raise RunnerError(
            f"{', '.join(failed)} kept their old rows; the reasons are above, and the next run tries again."
        )


def _refresh_view(connection: Connection, view: str) -> int:
    started = time.monotonic()
    with connection.transaction():
        connection.execute(f"REFRESH MATERIALIZED VIEW CONCURRENTLY {view}".encode())
        milliseconds = round((time.monotonic() - started) * 1000)
        # now() is the start of this transaction, before any row was read.
        connection.execute(
            "UPDATE report_refreshes SET refreshed_at = now(), milliseconds = %s WHERE view = %s",
            [milliseconds, view],
        )
    return milliseconds


def main() -> int:
    """Refresh; return 0 if every view was refreshed."""
    return run(DATABASE, "bantam-refresh-reports", refresh)
