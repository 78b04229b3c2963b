"""How much there is, exactly."""

import json

from .postgres import Postgres

# In one statement, so that all counts are of one moment; a count can only be composed by way of XML.
_ROWS = """
SELECT coalesce(json_object_agg(c.relname, (xpath('/row/n/text()', counted.xml))[1]::text::bigint), '{}')
FROM pg_class AS c
CROSS JOIN LATERAL query_to_xml(format('SELECT count(*) AS n FROM %s', c.oid::regclass), false, true, '')
    AS counted (xml)
WHERE c.relkind = 'r'
  AND c.relpersistence = 'p'
  AND c.relnamespace = 'public'::regnamespace
"""


def rows_by_table(postgres: Postgres) -> dict[str, int]:
    """Rows of each table of the application, by its name."""
    found: dict[str, int] = json.loads(postgres.value(_ROWS, "bantam"))
    return found


def next_transaction(postgres: Postgres) -> int:
    """The number that the next transaction gets."""
    return int(postgres.value("SELECT pg_snapshot_xmax(pg_current_snapshot())"))
