-- What happened in the last day, and what should be looked at; run by psql as postgres.
\set QUIET on
\pset footer off
\pset null ''
\pset linestyle unicode
\pset border 1

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

\qecho To look at
WITH unused AS (
    SELECT format('%s on %s (%s): no query has used it since the statistics began', i.name, i.table_name,
        pg_size_pretty(i.bytes)) AS advice
    FROM monitoring.indexes AS i
    WHERE i.scans = 0
      AND NOT i.is_unique
      AND i.bytes > 1048576
      -- What is needed once a week is needed.
      AND EXISTS (SELECT FROM history.samples AS s WHERE s.taken_at < now() - interval '7 days')
),
invalid AS (
    SELECT format('%s on %s: invalid; drop it, or build it again', i.name, i.table_name) AS advice
    FROM monitoring.indexes AS i
    WHERE NOT i.is_valid
),
duplicates AS (
    SELECT format('%s on %s: the same as %s', max(i.indexrelid::regclass::text), i.indrelid::regclass,
        min(i.indexrelid::regclass::text)) AS advice
    FROM pg_index AS i
    JOIN pg_class AS c ON c.oid = i.indrelid
    WHERE c.relnamespace = 'public'::regnamespace
    GROUP BY
        i.indrelid,
        i.indkey::text,
        i.indclass::text,
        i.indoption::text,
        pg_get_expr(i.indexprs, i.indrelid),
        pg_get_expr(i.indpred, i.indrelid)
    HAVING count(*) > 1
),
unindexed AS (
    SELECT format('%s (%s): a foreign key without an index; deleting in %s reads all of %s', f.conrelid::regclass,
        (
            SELECT string_agg(a.attname, ', ' ORDER BY k.position)
            FROM unnest(f.conkey) WITH ORDINALITY AS k (number, position)
            JOIN pg_attribute AS a ON a.attrelid = f.conrelid AND a.attnum = k.number
        ),
        f.confrelid::regclass,
        f.conrelid::regclass) AS advice
    FROM pg_constraint AS f
    WHERE f.contype = 'f'
      AND f.connamespace = 'public'::regnamespace
      AND pg_relation_size(f.conrelid) > 8388608
      AND NOT EXISTS (
          SELECT
          FROM pg_index AS i
          WHERE i.indrelid = f.conrelid
            AND i.indkey[0] = ANY (f.conkey)
      )
),
dead AS (
    SELECT format('%s: %s %% of its rows are dead', t.name, t.dead_percent) AS advice
    FROM monitoring.tables AS t
    WHERE t.dead_percent > 20
      AND t.bytes > 8388608
),
scanned AS (
    SELECT format('%s: read as a whole %s times, %s rows each', t.relname, t.seq_scan,
        round(t.seq_tup_read::numeric / t.seq_scan)) AS advice
    FROM pg_stat_user_tables AS t
    WHERE t.schemaname = 'public'
      AND t.seq_scan > 100
      AND t.seq_tup_read / t.seq_scan > 50000
)
SELECT * FROM invalid
UNION ALL
SELECT * FROM duplicates
UNION ALL
SELECT * FROM unindexed
UNION ALL
SELECT * FROM dead
UNION ALL
SELECT * FROM scanned
UNION ALL
SELECT * FROM unused;

\qecho If it goes on like this
SELECT
    f.name AS what,
    f.used AS "used, most today",
    f.available,
    f.unit,
    f.a_day AS "a day more",
    f.days_left AS "days left"
FROM history.forecasts() AS f;
