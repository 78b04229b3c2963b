-- updates: statistics of the application's tables: rows, bytes with and without indexes, HOT updates
SELECT
    s.relname AS table,
    c.reltuples::bigint AS rows,
    pg_table_size(s.relid) AS table_bytes,
    pg_indexes_size(s.relid) AS index_bytes,
    s.n_tup_upd AS updates,
    round(s.n_tup_hot_upd::numeric / nullif(s.n_tup_upd, 0), 3) AS hot_share
FROM pg_stat_user_tables AS s
JOIN pg_class AS c ON c.oid = s.relid
WHERE s.schemaname = 'public'
ORDER BY s.relname;
