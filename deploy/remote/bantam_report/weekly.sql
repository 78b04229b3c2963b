-- Vacuum and bloat: what is dead or empty in tables and indexes, as they are on disk; run by psql as postgres.

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

-- Reads each index once, at the lowest priority for the disk.
CREATE TEMPORARY TABLE full_indexes AS
SELECT
    i.name,
    i.table_name,
    i.bytes,
    s.avg_leaf_density AS density,
    -- A new index is filled to 90 %.
    greatest(0, i.bytes * (1 - s.avg_leaf_density / 90))::bigint AS gain
FROM (SELECT * FROM monitoring.indexes WHERE bytes > 1048576) AS i
JOIN pg_class AS c ON c.oid = format('public.%I', i.name)::regclass
JOIN pg_am AS a
    ON a.oid = c.relam
   AND a.amname = 'btree'
CROSS JOIN LATERAL pgstattuple.pgstatindex(format('public.%I', i.name)::regclass) AS s
WHERE s.avg_leaf_density <> 'NaN'
ORDER BY i.bytes DESC
LIMIT 40;

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
