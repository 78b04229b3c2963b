"""
Runs on the server as postgres: what a table's indexes cost an update, compared with keys only.

Reads {"changes": [entry of verify/changes.toml]} and prints {table: {what: {"with_indexes": cost,
"with_keys_only": cost}}}; a cost is {"updates", "wal_bytes" per update, "hot_share"}. Everything happens in
copies of some rows, in a transaction that is rolled back.
"""

import json
import sys
from typing import Any

import psycopg

ROWS = 5_000
# One row in this many is changed: fewer than a page has room for, so that only an index can prevent HOT.
EVERY = 25
# Both copies keep a fifth of each page free, whatever their table does: in full pages no update could be HOT,
# and there would be nothing to compare.
FREE = "fillfactor = 80"
ATTEMPTS = 3
COLUMNS = """
SELECT
    string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
FROM pg_attribute AS a
WHERE a.attrelid = %s::regclass
  AND a.attnum > 0
  AND NOT a.attisdropped
  AND a.attgenerated = ''
"""
KEY = """
SELECT
    pg_get_constraintdef(k.oid)
FROM pg_constraint AS k
WHERE k.conrelid = %s::regclass
  AND k.contype = 'p'
"""
UPDATES = "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_xact_user_tables WHERE relid = 'copied'::regclass"

Change = dict[str, Any]


class Copies:
    """One session, whose tables are gone when it ends."""

    def __init__(self) -> None:
        # Both copies start with the same rows; otherwise a scan of a large table joins one in progress.
        self._connection = psycopg.connect(
            "host=/run/postgresql dbname=bantam", options="-c synchronize_seqscans=off"
        )

    def cost(self, change: Change, *, indexes: bool) -> dict[str, Any]:
        """The cost of the change; measured again if a checkpoint started in between and inflated it."""
        for attempt in range(ATTEMPTS):
            try:
                self._copy(change, indexes=indexes)
                found, page_images = self._update(change)
            finally:
                self._connection.rollback()
            if not page_images or attempt == ATTEMPTS - 1:
                break
        return found

    def _copy(self, change: Change, *, indexes: bool) -> None:
        table = change["table"]
        [(columns,)] = self._run(COLUMNS, table)
        [(key,)] = self._run(KEY, table)
        kept = "ALL" if indexes else "DEFAULTS INCLUDING GENERATED INCLUDING CONSTRAINTS"
        self._run(f"CREATE TABLE copied (LIKE {table} INCLUDING {kept}) WITH ({FREE})")
        if not indexes:
            self._run(f"ALTER TABLE copied ADD {key}")
        self._run(
            f"INSERT INTO copied ({columns}) OVERRIDING SYSTEM VALUE"  # noqa: S608  our own names
            f" SELECT {columns} FROM {table} WHERE {change['rows']} LIMIT {ROWS}"
        )

    def _update(self, change: Change) -> tuple[dict[str, Any], int]:
        rows = f"SELECT ctid, row_number() OVER () AS place FROM copied WHERE {change['rows']}"  # noqa: S608
        [(plan,)] = self._run(
            "EXPLAIN (ANALYZE, WAL, TIMING OFF, FORMAT JSON)"  # noqa: S608
            f" UPDATE copied AS c SET {change['assign']} FROM ({rows}) AS chosen"
            f" WHERE chosen.ctid = c.ctid AND chosen.place % {EVERY} = 0"
        )
        [(updates, hot)] = self._run(UPDATES)
        root = plan[0]["Plan"]
        found = {
            "updates": updates,
            "wal_bytes": round(root["WAL Bytes"] / updates),
            "hot_share": round(hot / updates, 3),
        }
        return found, root.get("WAL FPI", 0)

    def _run(self, sql: str, *values: str) -> list[Any]:
        cursor = self._connection.execute(sql.encode(), values or None)
        return cursor.fetchall() if cursor.description else []


def main() -> None:
    copies = Copies()
    answer: dict[str, dict[str, Any]] = {}
    for change in json.load(sys.stdin)["changes"]:
        answer.setdefault(change["table"], {})[change["what"]] = {
            "with_indexes": copies.cost(change, indexes=True),
            "with_keys_only": copies.cost(change, indexes=False),
        }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
