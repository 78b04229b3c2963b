"""The catalogue of indexes against the indexes of a deployed server."""

import pytest

from tests.app.support.indexes import catalogue
from tests.app.support.server import Server

pytestmark = pytest.mark.server

# Indexes of constraints enforce them; every other index is for a query.
INDEXES = """
SELECT
    i.indexrelid::regclass::text AS name,
    i.indrelid::regclass::text AS table,
    i.indisvalid AND i.indisready AS usable,
    concat_ws(' ',
        CASE WHEN i.indisunique THEN 'unique' END,
        CASE WHEN i.indnkeyatts > 1 THEN 'compound' ELSE 'single' END,
        CASE WHEN i.indpred IS NOT NULL THEN 'partial' END,
        CASE WHEN i.indnatts > i.indnkeyatts THEN 'covering' END,
        CASE WHEN i.indexprs IS NOT NULL THEN 'expression' END,
        (
            SELECT CASE o.opcname WHEN 'gin_trgm_ops' THEN 'trigram' ELSE 'full_text' END
            FROM pg_opclass AS o
            JOIN pg_am AS m ON m.oid = o.opcmethod
            WHERE o.oid = i.indclass[0]
              AND m.amname = 'gin'
        )
    ) AS kind
FROM pg_index AS i
JOIN pg_class AS c ON c.oid = i.indrelid
WHERE c.relnamespace = 'public'::regnamespace
  AND NOT EXISTS (
      SELECT
      FROM pg_constraint AS k
      WHERE k.conindid = i.indexrelid
        AND k.contype IN ('p', 'u', 'x')
  )
"""


def test_the_server_has_the_indexes_of_the_catalogue_and_no_others(server: Server) -> None:
    found = {row["name"]: (row["table"], sorted(row["kind"].split())) for row in server.rows(INDEXES)}

    assert found == {index.name: (index.table, sorted(index.kind.split())) for index in catalogue()}


def test_every_index_is_valid(server: Server) -> None:
    assert [row["name"] for row in server.rows(INDEXES) if not row["usable"]] == []
