-- The last day by the hour, then the last ten samples; run by psql as postgres.
\set QUIET on
\pset footer off
\pset null ''
\pset linestyle unicode
\pset border 1

\echo The last day
SELECT
    to_char(date_trunc('hour', m.taken_at), 'DD HH24:MI') AS hour,
    round(avg(m.requests_per_s), 1) AS "requests/s",
    sum(m.failures) AS failures,
    max(m.p95_ms) AS "p95 ms",
    round(avg(m.cache_hit_percent), 1) AS "cache hit %",
    round(avg(m.cpu_percent), 1) AS "CPU %",
    max(m.cpu_percent) AS "most CPU %",
    max(m.memory_used_mb) AS "memory MB",
    max(m.pool_percent) AS "pool %",
    max(m.connections) AS connections,
    min(m.disk_free_percent) AS "disk free %",
    round(max(m.database_bytes) / 1048576.0) AS "database MB",
    round(sum(m.wal_bytes) / 1048576.0) AS "WAL MB"
FROM history.minutes AS m
WHERE m.taken_at >= now() - interval '1 day'
GROUP BY date_trunc('hour', m.taken_at)
ORDER BY date_trunc('hour', m.taken_at);

\echo The last ten samples
SELECT
    to_char(m.taken_at, 'HH24:MI:SS') AS time,
    m.requests_per_s AS "requests/s",
    m.failures,
    m.p95_ms AS "p95 ms",
    m.cache_hit_percent AS "cache hit %",
    m.cpu_percent AS "CPU %",
    m.postgresql_percent_of_core AS "PostgreSQL, % of a core",
    m.pool_percent AS "pool %",
    m.pool_waiting AS "pool waits",
    m.waiting_for_locks AS "lock waits",
    m.longest_transaction_s AS "longest transaction s"
FROM (
    SELECT *
    FROM history.minutes
    ORDER BY taken_at DESC
    LIMIT 10
) AS m
ORDER BY m.taken_at;
