-- Vacuum and bloat: what is dead or empty in tables and indexes, as they are on disk; run by psql as postgres.
SET lock_timeout = '2s';

\qecho Tables
SELECT
    t.name AS "table",
    pg_size_pretty(s.table_len) AS size,
    round(s.dead_tuple_percent::numeric, 1) AS "dead %",
    round(s.approx_free_percent::numeric, 1) AS "empty %",
    to_char(t.vacuumed_at, 'DD Mon HH24:MI') AS vacuumed,
    to_char(t.analyzed_at, 'DD Mon HH24:MI') AS analyzed,
    round(100.0 * t.oldest_transaction / current_setting('autovacuum_freeze_max_age')::numeric, 1)
        AS "to a forced vacuum %"
FROM (SELECT * FROM monitoring.tables WHERE bytes > 1048576 LIMIT 20) AS t
CROSS JOIN LATERAL pgstattuple.pgstattuple_approx(format('public.%I', t.name)::regclass) AS s
ORDER BY s.table_len DESC;

-- Reads each index once, one a transaction. A new one is filled to 90 %.
CREATE TEMPORARY TABLE full_indexes (
    name text,
    table_name text,
    bytes bigint,
    density double precision,
    gain bigint
);

SELECT format(
    'INSERT INTO full_indexes SELECT %L, %L, %s, s.avg_leaf_density,'
    ' greatest(0, %s * (1 - s.avg_leaf_density / 90))::bigint'
    ' FROM pgstattuple.pgstatindex(%L) AS s WHERE s.avg_leaf_density <> ''NaN''',
    i.name,
    i.table_name,
    i.bytes,
    i.bytes,
    format('public.%I', i.name)
)
FROM monitoring.indexes AS i
JOIN pg_class AS c ON c.oid = format('public.%I', i.name)::regclass
JOIN pg_am AS a ON a.oid = c.relam
WHERE a.amname = 'btree'
  AND i.is_valid
  AND i.bytes > 1048576
LIMIT 40
\gexec

\qecho Indexes
SELECT
    i.name AS index,
    i.table_name AS "table",
    pg_size_pretty(i.bytes) AS size,
    i.density AS "filled %",
    pg_size_pretty(i.gain) AS "a new one would save"
FROM full_indexes AS i
ORDER BY i.gain DESC
LIMIT 20;

\qecho To do
SELECT format('REINDEX INDEX CONCURRENTLY %I; -- saves %s', i.name, pg_size_pretty(i.gain)) AS command
FROM full_indexes AS i
WHERE i.density < 60
  AND i.gain > 8388608
UNION ALL
SELECT format('VACUUM (ANALYZE) %I; -- %s %% of its rows are dead', t.name, t.dead_percent)
FROM monitoring.tables AS t
WHERE t.dead_percent > 20
  AND t.bytes > 8388608;
