"""Runs on the server with the app's Python: logs in through PgBouncer as the app and prints what it finds."""

import json
from pathlib import Path
from typing import Any, LiteralString

import psycopg

PASSWORD = Path("/etc/bantam/credentials/database-password").read_text().strip()
ADD: LiteralString = "SELECT %s::integer + %s::integer, pg_backend_pid()"
WHO: LiteralString = """
SELECT
    current_user,
    session_user,
    usename,
    (SELECT setting::integer FROM pg_settings WHERE name = 'statement_timeout')
FROM pg_stat_activity
WHERE pid = pg_backend_pid()
"""


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


def ask(client: psycopg.Connection[Any], query: LiteralString, *values: int) -> tuple[Any, ...]:
    """The one row, from a statement that is prepared by name."""
    [row] = client.execute(query, values, prepare=True).fetchall()
    return tuple(row)


def main() -> None:
    with connect() as first, connect() as second:
        answers = [ask(first, ADD, 0, number) for number in (1, 2, 3)]
        prepared = [row[0] for row in first.execute("SELECT statement FROM pg_prepared_statements")]
        # The second client keeps that server connection busy, so the first gets another one, which has
        # never seen its prepared statement.
        with second.transaction():
            second.execute("SELECT 1")
            elsewhere = ask(first, ADD, 40, 2)
        who = ask(first, WHO)
    print(
        json.dumps(
            {
                "answers": [answer for answer, _backend in answers],
                "prepared": prepared.count("SELECT $1::integer + $2::integer, pg_backend_pid()"),
                "backends": [answers[-1][1], elsewhere[1]],
                "answer_elsewhere": elsewhere[0],
                **dict(
                    zip(
                        ("current_user", "session_user", "activity", "statement_timeout_ms"), who, strict=True
                    )
                ),
            }
        )
    )


main()
