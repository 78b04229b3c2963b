"""Runs on the server, with the app's own Python: logs in through PgBouncer as the app and prints what it finds."""

import json
from pathlib import Path
from typing import Any

import psycopg

PASSWORD = Path("/etc/bantam/credentials/database-password").read_text().strip()
ADD = "SELECT %s::integer + %s::integer, pg_backend_pid()"


def connect() -> psycopg.Connection[Any]:
    return psycopg.connect(
        host="/run/pgbouncer",
        port=6432,
        dbname="bantam",
        user="bantam_app",
        password=PASSWORD,
        application_name="bantam-verify",
        connect_timeout=5,
        autocommit=True,
    )


def main() -> None:
    with connect() as first, connect() as second:
        rows = [first.execute(ADD, [0, n], prepare=True).fetchone() for n in (1, 2, 3)]
        # The second client keeps that server connection busy: the first is given another one, which
        # has never seen its prepared statement.
        with second.transaction():
            second.execute("SELECT 1")
            elsewhere = first.execute(ADD, [40, 2], prepare=True).fetchone()
        who = first.execute(
            "SELECT current_user, session_user, usename, current_setting('statement_timeout'),"
            " (SELECT setting::integer FROM pg_settings WHERE name = 'statement_timeout')"
            " FROM pg_stat_activity WHERE pid = pg_backend_pid()"
        ).fetchone()
        prepared = len(first._prepared._names)  # noqa: SLF001
    print(
        json.dumps(
            {
                "answers": [row[0] for row in rows],
                "prepared": prepared,
                "backends": [rows[-1][1], elsewhere[1]],
                "answer_elsewhere": elsewhere[0],
                "current_user": who[0],
                "session_user": who[1],
                "activity": who[2],
                "statement_timeout_ms": who[4],
            }
        )
    )


main()
