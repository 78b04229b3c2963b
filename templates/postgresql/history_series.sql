-- What the samples of the history tell: rates, percentiles, and the series for the page of the app's admins. Idempotent.

SET LOCAL ROLE bantam_statistics;

-- By how much a counter has risen; null if one of both is missing, or if its service has begun anew.
CREATE OR REPLACE FUNCTION history.risen(after jsonb, before jsonb, VARIADIC path text[])
RETURNS numeric
LANGUAGE sql
IMMUTABLE
RETURN CASE
    WHEN (after #>> path)::numeric >= (before #>> path)::numeric
        THEN (after #>> path)::numeric - (before #>> path)::numeric
END;

-- The 95th percentile of the requests between two samples, as the upper bound of its bucket; what took longer than the
-- last one was cut off by the edge. A route's first requests bring its buckets: before, there were none.
CREATE OR REPLACE FUNCTION history.p95_ms(after jsonb, before jsonb)
RETURNS numeric
LANGUAGE sql
IMMUTABLE
RETURN (
    SELECT trim_scale(
        1000 * coalesce(min(b.bound) FILTER (WHERE b.reached >= 0.95 * b.requests), max(b.bound))
    )
    FROM (
        SELECT
            e.bound::numeric AS bound,
            (after #>> ARRAY['app', 'buckets', e.bound])::numeric
            - coalesce((before #>> ARRAY['app', 'buckets', e.bound])::numeric, 0) AS reached,
            history.risen(after, before, 'app', 'requests') AS requests
        FROM jsonb_object_keys(after #> '{app,buckets}') AS e (bound)
    ) AS b
    HAVING min(b.requests) > 0
       AND min(b.reached) >= 0
);

-- Each part from the first of these samples in which it answered: one silent minute must not empty a step.
CREATE OR REPLACE FUNCTION history.whole(samples jsonb[])
RETURNS jsonb
LANGUAGE sql
IMMUTABLE
RETURN (
    SELECT samples[1] || coalesce(jsonb_object_agg(p.part, p.figures), '{}')
    FROM (
        SELECT DISTINCT ON (p.part)
            p.part,
            p.figures
        FROM (
            SELECT e.key AS part
            FROM jsonb_each(samples[1]) AS e
            WHERE e.value = 'null'
        ) AS silent
        CROSS JOIN LATERAL unnest(samples) WITH ORDINALITY AS s (sample, position)
        CROSS JOIN LATERAL (
            SELECT
                silent.part,
                s.sample -> silent.part AS figures
        ) AS p
        WHERE p.figures <> 'null'
        ORDER BY
            p.part,
            s.position
    ) AS p
);

DROP FUNCTION IF EXISTS history.series(timestamptz, interval);
-- Since then, step by step: rates from its first sample to the next step's, and the worst of what only samples know.
CREATE FUNCTION history.series(since timestamptz, step interval)
RETURNS TABLE (
    at timestamptz,
    requests_per_s numeric,
    failures numeric,
    p95_ms numeric,
    cache_hit_percent numeric,
    cpu_percent numeric,
    postgresql_percent_of_core numeric,
    memory_used_mb integer,
    disk_free_percent numeric,
    pool_percent numeric,
    pool_waiting integer,
    connections integer,
    waiting_for_locks integer,
    longest_transaction_s numeric,
    commits_per_s numeric,
    buffer_hit_percent numeric,
    database_mb numeric,
    wal_mb numeric,
    redis_mb numeric
)
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH steps AS (
        SELECT
            min(s.taken_at) AS began,
            max(s.taken_at) AS ended,
            history.whole(array_agg(s.figures ORDER BY s.taken_at)) AS first,
            history.whole(array_agg(s.figures ORDER BY s.taken_at DESC)) AS last,
            max((s.figures #>> '{server,memory_used_mb}')::integer) AS memory_used_mb,
            min(
                (s.figures #>> '{server,disk_free_mb}')::numeric
                / nullif((s.figures #>> '{server,disk_mb}')::numeric, 0)
            ) AS disk_free,
            max(
                (s.figures #>> '{pool,used}')::numeric / nullif((s.figures #>> '{pool,size}')::numeric, 0)
            ) AS pool,
            max((s.figures #>> '{pool,waiting}')::integer) AS pool_waiting,
            max((s.figures #>> '{database,connections}')::integer) AS connections,
            max((s.figures #>> '{database,waiting_for_locks}')::integer) AS waiting_for_locks,
            max((s.figures #>> '{database,longest_transaction_s}')::numeric) AS longest_transaction_s,
            max((s.figures #>> '{database,bytes}')::numeric) AS database_bytes,
            max((s.figures #>> '{redis,used_memory}')::numeric) AS redis_bytes
        FROM history.samples AS s
        WHERE s.taken_at >= since
        GROUP BY date_bin(step, s.taken_at, 'epoch')
    ),
    spans AS (
        SELECT
            s.*,
            coalesce(lead(s.first) OVER (ORDER BY s.began), s.last) AS next,
            extract(epoch FROM coalesce(lead(s.began) OVER (ORDER BY s.began), s.ended) - s.began) AS seconds
        FROM steps AS s
    )
    SELECT
        s.began,
        round(history.risen(s.next, s.first, 'app', 'requests') / s.seconds, 1),
        trim_scale(history.risen(s.next, s.first, 'app', 'failures')),
        history.p95_ms(s.next, s.first),
        round(
            100 * history.risen(s.next, s.first, 'app', 'cache_hits')
            / nullif(history.risen(s.next, s.first, 'app', 'cache_reads'), 0),
            1
        ),
        round(
            100 * history.risen(s.next, s.first, 'server', 'busy_s')
            / s.seconds / (s.next #>> '{server,cores}')::numeric,
            1
        ),
        round(100 * history.risen(s.next, s.first, 'cpu_s', 'postgresql') / s.seconds, 1),
        s.memory_used_mb,
        round(100 * s.disk_free, 1),
        round(100 * s.pool, 1),
        s.pool_waiting,
        s.connections,
        s.waiting_for_locks,
        s.longest_transaction_s,
        round(history.risen(s.next, s.first, 'database', 'commits') / s.seconds, 1),
        round(
            100 * history.risen(s.next, s.first, 'database', 'buffers_hit') / nullif(
                history.risen(s.next, s.first, 'database', 'buffers_hit')
                + history.risen(s.next, s.first, 'database', 'buffers_read'),
                0
            ),
            1
        ),
        round(s.database_bytes / 1048576, 1),
        round(history.risen(s.next, s.first, 'database', 'wal_bytes') / 1048576, 1),
        round(s.redis_bytes / 1048576, 1)
    FROM spans AS s
    WHERE s.seconds > 0
    ORDER BY s.began
$$;

-- The last hours for the app's admins, in at most 300 steps.
CREATE OR REPLACE FUNCTION history.chart(hours integer)
RETURNS json
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(json_agg(s), '[]')
    FROM history.series(
        now() - make_interval(hours => hours),
        make_interval(secs => greatest(60, hours * 12))
    ) AS s
$$;

GRANT USAGE ON SCHEMA history TO bantam_app, bantam_monitor;
REVOKE ALL ON FUNCTION
    history.risen(jsonb, jsonb, text[]),
    history.p95_ms(jsonb, jsonb),
    history.whole(jsonb[]),
    history.series(timestamptz, interval),
    history.chart(integer)
FROM PUBLIC;
GRANT EXECUTE ON FUNCTION history.chart(integer) TO bantam_app;
GRANT EXECUTE ON FUNCTION
    history.risen(jsonb, jsonb, text[]),
    history.p95_ms(jsonb, jsonb),
    history.whole(jsonb[]),
    history.series(timestamptz, interval)
TO bantam_monitor;
RESET ROLE;
