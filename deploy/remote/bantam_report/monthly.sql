-- The app's statements: since the statistics began, and this week beside the week before; run by psql as postgres.
\ir advice.sql

\qecho Statements that cost most
SELECT
    p.name AS statement,
    s.calls,
    s.total_ms AS "total ms",
    s.share_percent AS "share %",
    s.mean_ms AS "mean ms",
    s.longest_ms AS "longest ms",
    s.rows,
    s.buffer_hit_percent AS "buffers hit %"
FROM monitoring.statements AS s
CROSS JOIN LATERAL pg_temp.name_of(s.query) AS p (name)
ORDER BY s.total_ms DESC
LIMIT 15;

\qecho Statements that take longest
SELECT
    p.name AS statement,
    s.calls,
    s.total_ms AS "total ms",
    s.share_percent AS "share %",
    s.mean_ms AS "mean ms",
    s.longest_ms AS "longest ms",
    s.rows,
    s.buffer_hit_percent AS "buffers hit %"
FROM monitoring.statements AS s
CROSS JOIN LATERAL pg_temp.name_of(s.query) AS p (name)
WHERE s.calls >= 10
ORDER BY s.mean_ms DESC
LIMIT 15;

\qecho Statements that are called most
SELECT
    p.name AS statement,
    s.calls,
    s.total_ms AS "total ms",
    s.share_percent AS "share %",
    s.mean_ms AS "mean ms",
    s.longest_ms AS "longest ms",
    s.rows,
    s.buffer_hit_percent AS "buffers hit %"
FROM monitoring.statements AS s
CROSS JOIN LATERAL pg_temp.name_of(s.query) AS p (name)
ORDER BY s.calls DESC
LIMIT 15;

\qecho Slower this week than the week before
SELECT
    s.name AS statement,
    s.calls,
    b.mean_ms AS "mean ms before",
    s.mean_ms AS "mean ms",
    round(s.mean_ms / nullif(b.mean_ms, 0), 1) AS times
FROM history.statements(now() - interval '7 days', now()) AS s
JOIN history.statements(now() - interval '14 days', now() - interval '7 days') AS b ON b.name = s.name
WHERE s.calls >= 100
  AND s.mean_ms > 1.5 * b.mean_ms
ORDER BY s.total_ms DESC
LIMIT 15;

\ir look.sql
