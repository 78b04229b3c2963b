"""`bantam-refresh-reports`: the reports' materialized views made anew; no reader waits for it."""

import time

from app.database.direct import DATABASE, OWNER, Connection, Refusal, run

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
"""In this order: the sums by month are read from the lines."""


def refresh(connection: Connection) -> None:
    """Refresh each view and record when and how long; a view that fails keeps its old rows and age."""
    connection.execute(f"SET ROLE {OWNER}".encode())
    connection.execute("SET statement_timeout = '10min'")
    # A load of rows or a migration may hold the tables; no reader waits while this does.
    connection.execute("SET lock_timeout = '5min'")
    if connection.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone() != (True,):
        raise Refusal("Another refresh of the reports is running; wait for it to end.")
    for view in VIEWS:
        started = time.monotonic()
        with connection.transaction():
            connection.execute(f"REFRESH MATERIALIZED VIEW CONCURRENTLY {view}".encode())
            milliseconds = round((time.monotonic() - started) * 1000)
            # now() is when this transaction began: before any row was read.
            connection.execute(
                "UPDATE report_refreshes SET refreshed_at = now(), milliseconds = %s WHERE view = %s",
                [milliseconds, view],
            )
        print(f"{view} refreshed in {milliseconds} ms")


def main() -> int:
    """Refresh; the exit code is 0 when every report is of now."""
    return run(DATABASE, "bantam-refresh-reports", refresh)
