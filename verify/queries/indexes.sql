-- indexes: every index of the application's tables that does not belong to a primary key or constraint
SELECT
    c.relname AS name,
    t.relname AS table,
    i.indisvalid AND i.indisready AS is_valid,
    i.indisunique AS is_unique,
    pg_relation_size(i.indexrelid) AS bytes,
    s.idx_scan AS scans
FROM pg_index AS i
JOIN pg_class AS c ON c.oid = i.indexrelid
JOIN pg_class AS t ON t.oid = i.indrelid
LEFT JOIN pg_stat_user_indexes AS s ON s.indexrelid = i.indexrelid
WHERE c.relnamespace = 'public'::regnamespace
  AND NOT EXISTS (
      SELECT
      FROM pg_constraint AS k
      WHERE k.conindid = i.indexrelid
        AND k.contype IN ('p', 'u', 'x')
  )
ORDER BY c.relname;
