"""Runs on the server with the app's Python: logs in through PgBouncer as the app and prints what it finds."""

import json
from typing import Any, LiteralString

import psycopg

TRIES = 100
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
        application_name="bantam-verify",
        connect_timeout=5,
        autocommit=True,
    )


def ask(client: psycopg.Connection[Any], query: LiteralString, *values: int) -> tuple[Any, ...]:
    """The one row, from a statement that is prepared by name."""
    [row] = client.execute(query, values, prepare=True).fetchall()
    return tuple(row)


def ask_elsewhere(
    first: psycopg.Connection[Any], second: psycopg.Connection[Any]
) -> tuple[tuple[int, int], int]:
    """
    The server connections of two statements of the first client, and the answer of the second statement.

    While the second client keeps the first server connection busy, the first client must get another one. The
    app uses the pool too, so the second client may be given a different connection: then both try again.
    """
    for _ in range(TRIES):
        _, backend = ask(first, ADD, 0, 0)
        with second.transaction():
            [busy] = second.execute("SELECT pg_backend_pid()").fetchone() or (0,)
            answer, elsewhere = ask(first, ADD, 40, 2)
            if busy == backend:
                break
    return (backend, elsewhere), answer


def main() -> None:
    with connect() as first, connect() as second:
        answers = [ask(first, ADD, 0, number) for number in (1, 2, 3)]
        prepared = [row[0] for row in first.execute("SELECT statement FROM pg_prepared_statements")]
        backends, answer_elsewhere = ask_elsewhere(first, second)
        who = ask(first, WHO)
    print(
        json.dumps(
            {
                "answers": [answer for answer, _backend in answers],
                "prepared": prepared.count("SELECT $1::integer + $2::integer, pg_backend_pid()"),
                "backends": backends,
                "answer_elsewhere": answer_elsewhere,
                **dict(
                    zip(
                        ("current_user", "session_user", "activity", "statement_timeout_ms"), who, strict=True
                    )
                ),
            }
        )
    )


main()
