-- What happened in the last day, and what should be looked at; run by psql as postgres.
\ir advice.sql

\qecho The last day beside others
SELECT
    CASE d.ago WHEN 0 THEN 'last 24 hours' WHEN 1 THEN 'the 24 hours before' ELSE 'a week before' END AS "when",
    d.requests_per_s AS "requests/s",
    d.failures,
    d.p95_ms AS "p95 ms, worst hour",
    d.cache_hit_percent AS "cache hit %",
    d.cpu_percent AS "CPU %",
    d.worst_cpu_percent AS "CPU %, worst hour",
    d.worst_pool_percent AS "pool %, most",
    d.memory_used_mb AS "memory MB, most",
    d.database_mb AS "database MB",
    d.wal_mb AS "WAL MB"
FROM history.days() AS d;

\qecho Targets
SELECT
    t.target,
    t.value,
    CASE WHEN t.is_kept THEN 'kept' ELSE 'MISSED' END AS verdict
FROM history.days() AS d
CROSS JOIN LATERAL (
    VALUES
        ('p95 below 500 ms in every hour', d.p95_ms, d.p95_ms < 500),
        ('more than 80 % of the reads from the cache', d.cache_hit_percent, d.cache_hit_percent > 80),
        ('less than 70 % of the CPU in every hour', d.worst_cpu_percent, d.worst_cpu_percent < 70),
        ('less than 80 % of the pool', d.worst_pool_percent, d.worst_pool_percent < 80),
        ('at most 1024 MB of memory', d.memory_used_mb, d.memory_used_mb <= 1024),
        (
            'less than 0.1 % of the requests failed',
            round(100 * d.failures / nullif(d.requests_per_s * 86400, 0), 3),
            d.failures < 0.001 * d.requests_per_s * 86400 OR d.failures = 0
        )
) AS t (target, value, is_kept)
WHERE d.ago = 0
  AND t.value IS NOT NULL;

\qecho Statements that cost most, and their mean the day before
SELECT
    s.name AS statement,
    s.calls,
    s.mean_ms AS "mean ms",
    b.mean_ms AS "mean ms before",
    round(100 * s.total_ms / nullif(sum(s.total_ms) OVER (), 0), 1) AS "share %",
    CASE WHEN s.calls >= 100 AND s.mean_ms > 2 * b.mean_ms THEN 'twice as slow as before' END AS look
FROM history.statements(now() - interval '1 day', now()) AS s
LEFT JOIN history.statements(now() - interval '2 days', now() - interval '1 day') AS b ON b.name = s.name
ORDER BY s.total_ms DESC
LIMIT 15;

\ir look.sql

\ir forecasts.sql
