-- The last day by the hour, then the last ten minutes; run by psql as postgres.
\set QUIET on
\pset footer off
\pset null ''
\pset linestyle unicode
\pset border 1

\echo The last day
SELECT
    to_char(h.at, 'DD HH24:MI') AS hour,
    h.requests_per_s AS "requests/s",
    h.failures,
    h.p95_ms AS "p95 ms",
    h.cache_hit_percent AS "cache hit %",
    h.cpu_percent AS "CPU %",
    h.memory_used_mb AS "memory MB",
    h.pool_percent AS "pool %",
    h.connections,
    h.disk_free_percent AS "disk free %",
    h.database_mb AS "database MB",
    h.wal_mb AS "WAL MB"
FROM history.series(now() - interval '1 day', interval '1 hour') AS h;

\echo The last ten minutes
SELECT
    to_char(m.at, 'HH24:MI:SS') AS time,
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
FROM history.series(now() - interval '10 minutes', interval '1 minute') AS m;
