-- Whether the server is still large enough; run by psql as postgres.

\qecho The busiest hours of the last two weeks
SELECT
    to_char(h.at, 'Dy DD Mon HH24:MI') AS hour,
    h.requests_per_s AS "requests/s",
    h.p95_ms AS "p95 ms",
    h.cpu_percent AS "CPU %",
    h.pool_percent AS "pool %",
    h.memory_used_mb AS "memory MB",
    h.cache_hit_percent AS "cache hit %"
FROM history.series(now() - interval '14 days', '1 hour') AS h
WHERE h.requests_per_s IS NOT NULL
ORDER BY h.requests_per_s DESC
LIMIT 12;

\qecho What takes the disk
SELECT
    t.name AS "table",
    pg_size_pretty(t.bytes) AS "size with its indexes",
    t.live_rows AS rows
FROM (SELECT * FROM monitoring.tables LIMIT 15) AS t;

\ir forecasts.sql
