"""What the indexes of tasks cost a write: WAL and HOT updates against the same table with its key only."""

import json
from typing import Any

import psycopg

ROWS = 20_000
COLUMNS = (
    "project_id, assignee_id, milestone_id, due_on, estimate_minutes, status, priority, title, description"
)
CHANGES = {
    "a move between open states": "status = 'review', updated_at = now(), version = version + 1",
    "another due day": "due_on = due_on + 1, updated_at = now(), version = version + 1",
}
"""Only the second touches an index: the first is a HOT update where its page has room."""


def write_cost() -> dict[str, Any]:
    """Return bytes of WAL per update and the share of HOT updates, in copies that are rolled back."""
    with psycopg.connect("host=/run/postgresql dbname=bantam") as connection:
        try:
            return {
                kind: _measured(connection, name, including)
                for kind, name, including in (
                    ("as it is", "bench_indexed", "INCLUDING ALL"),
                    (
                        "with its key only",
                        "bench_plain",
                        "INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING CONSTRAINTS",
                    ),
                )
            }
        finally:
            connection.rollback()


def _measured(connection: psycopg.Connection[Any], name: str, including: str) -> dict[str, Any]:
    def run(sql: str) -> psycopg.Cursor[Any]:
        return connection.execute(sql.encode())

    run(f"CREATE TABLE {name} (LIKE tasks {including}) WITH (fillfactor = 90)")
    if "ALL" not in including:
        run(f"ALTER TABLE {name} ADD PRIMARY KEY (id)")
    run(
        f"INSERT INTO {name} (id, {COLUMNS}) OVERRIDING SYSTEM VALUE"  # noqa: S608  our own names
        f" SELECT id, {COLUMNS} FROM tasks WHERE completed_at IS NULL AND deleted_at IS NULL LIMIT {ROWS}"
    )
    found = {}
    for change, assignment in CHANGES.items():
        before = _hot(connection, name)
        [(plan,)] = run(
            "EXPLAIN (ANALYZE, WAL, TIMING OFF, FORMAT JSON)"  # noqa: S608
            f" UPDATE {name} SET {assignment} WHERE id % 10 = 3"
        ).fetchall()
        root = plan[0]["Plan"]
        after = _hot(connection, name)
        updates = after[0] - before[0]
        found[change] = {
            "updates": updates,
            "wal_bytes": round(root["WAL Bytes"] / updates),
            "hot_share": round((after[1] - before[1]) / updates, 3),
        }
    return found


def _hot(connection: psycopg.Connection[Any], name: str) -> tuple[int, int]:
    """Updates so far of this transaction, and those that were HOT."""
    [row] = connection.execute(
        "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_xact_user_tables WHERE relname = %s", [name]
    ).fetchall()
    return row[0], row[1]


print(json.dumps(write_cost()))
