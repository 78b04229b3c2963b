-- What was measured once a minute, kept for some days. Idempotent, and leaves what has been kept.
--
-- bantam_history, which measures, may call two functions; they run as bantam_statistics, which owns everything here.

CREATE SCHEMA IF NOT EXISTS history AUTHORIZATION bantam_statistics;
GRANT CONNECT ON DATABASE bantam TO bantam_history;
GRANT USAGE ON SCHEMA history TO bantam_history, bantam_monitor;
SET LOCAL ROLE bantam_statistics;

-- Counters are as they were read, risen since their service began. Details, once an hour: statements, tables, routes.
CREATE TABLE IF NOT EXISTS history.samples (
    taken_at timestamptz PRIMARY KEY,
    figures jsonb NOT NULL,
    details jsonb
)
PARTITION BY RANGE (taken_at);

-- There are partitions for tomorrow, today and the days before it that are kept, and no others.
CREATE OR REPLACE FUNCTION history.partition(days integer)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
    wanted date[] := ARRAY(SELECT generate_series(today - greatest(days, 1) + 1, today + 1, interval '1 day')::date);
    day date;
    surplus regclass;
BEGIN
    FOREACH day IN ARRAY wanted LOOP
        IF to_regclass('history.samples_' || to_char(day, 'YYYYMMDD')) IS NULL THEN
            EXECUTE format(
                'CREATE TABLE history.samples_%s PARTITION OF history.samples FOR VALUES FROM (%L) TO (%L)',
                to_char(day, 'YYYYMMDD'),
                day::timestamp AT TIME ZONE 'UTC',
                (day + 1)::timestamp AT TIME ZONE 'UTC'
            );
        END IF;
    END LOOP;
    FOR surplus IN
        SELECT i.inhrelid
        FROM pg_inherits AS i
        JOIN pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'history.samples'::regclass
          AND c.relname <> ALL (SELECT 'samples_' || to_char(w, 'YYYYMMDD') FROM unnest(wanted) AS w)
    LOOP
        EXECUTE format('DROP TABLE %s', surplus);
    END LOOP;
END
$$;

-- Samples from outside the days that are kept are dropped: a clock that jumped must not keep the others out.
CREATE OR REPLACE FUNCTION history.keep(samples jsonb, days integer)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM history.partition(days);
    INSERT INTO history.samples (taken_at, figures, details)
    SELECT
        s.taken_at,
        s.figures,
        s.details
    FROM jsonb_to_recordset(samples) AS s (taken_at timestamptz, figures jsonb, details jsonb)
    WHERE EXISTS (
        SELECT
        FROM pg_inherits AS i
        JOIN pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'history.samples'::regclass
          AND c.relname = 'samples_' || to_char(s.taken_at AT TIME ZONE 'UTC', 'YYYYMMDD')
    )
    ON CONFLICT (taken_at) DO NOTHING;
END
$$;

-- PostgreSQL's part of a sample. "details" is null if the hour has some already.
CREATE OR REPLACE FUNCTION history.now()
RETURNS json
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT json_build_object(
        'figures', (
            SELECT to_jsonb(t) - 'buffer_hit_percent' || jsonb_build_object(
                'buffers_hit', d.blks_hit,
                'buffers_read', d.blks_read,
                'active', count(a.pid) FILTER (WHERE a.state = 'active'),
                'waiting_for_locks', count(a.pid) FILTER (WHERE a.wait_event_type = 'Lock'),
                'longest_transaction_s', coalesce(
                    round(extract(epoch FROM max(now() - a.xact_start))::numeric, 1), 0
                ),
                'invalid_indexes', (SELECT count(*) FROM pg_index AS i WHERE NOT i.indisvalid)
            )
            FROM monitoring.totals AS t
            JOIN pg_stat_database AS d ON d.datname = current_database()
            LEFT JOIN pg_stat_activity AS a ON a.backend_type = 'client backend' AND a.pid <> pg_backend_pid()
            GROUP BY
                t,
                d.blks_hit,
                d.blks_read
        ),
        'kept_until', (SELECT max(s.taken_at) FROM history.samples AS s),
        'details', CASE
            WHEN NOT EXISTS (
                SELECT
                FROM history.samples AS s
                WHERE s.taken_at >= date_trunc('hour', now())
                  AND s.details IS NOT NULL
            ) THEN json_build_object(
                'statements', (
                    SELECT json_agg(s)
                    FROM (
                        SELECT
                            s.id,
                            coalesce(substring(s.query FROM '^/\* (\w+) \*/'), left(s.query, 80)) AS name,
                            s.calls,
                            s.total_ms,
                            s.rows
                        FROM monitoring.statements AS s
                        LIMIT 500
                    ) AS s
                ),
                'tables', (
                    SELECT json_agg(t)
                    FROM (
                        SELECT
                            t.name,
                            t.bytes,
                            t.live_rows,
                            t.dead_rows,
                            t.vacuumed_at
                        FROM monitoring.tables AS t
                        WHERE t.name NOT LIKE 'samples\_%'
                    ) AS t
                )
            )
        END
    )
$$;

-- By how much a counter has risen; null if one of both is missing, or if its service has begun anew.
CREATE OR REPLACE FUNCTION history.risen(after jsonb, before jsonb, VARIADIC path text[])
RETURNS numeric
LANGUAGE sql
IMMUTABLE
RETURN CASE
    WHEN (after #>> path)::numeric >= (before #>> path)::numeric
        THEN (after #>> path)::numeric - (before #>> path)::numeric
END;

-- The 95th percentile of the requests between two samples, as the upper bound of its bucket.
CREATE OR REPLACE FUNCTION history.p95_ms(after jsonb, before jsonb)
RETURNS numeric
LANGUAGE sql
IMMUTABLE
RETURN (
    SELECT 1000 * coalesce(min(b.bound) FILTER (WHERE b.reached >= 0.95 * b.requests), max(b.bound))
    FROM (
        SELECT
            e.bound::numeric AS bound,
            history.risen(after, before, 'app', 'buckets', e.bound) AS reached,
            history.risen(after, before, 'app', 'requests') AS requests
        FROM jsonb_object_keys(after #> '{app,buckets}') AS e (bound)
    ) AS b
    WHERE b.requests > 0
);

DROP VIEW IF EXISTS history.minutes;
-- What happened between each sample and the one before it. Percentages of a core, of the server, of the pool.
CREATE VIEW history.minutes AS
SELECT
    s.taken_at,
    round(history.risen(s.after, s.before, 'app', 'requests') / s.seconds, 1) AS requests_per_s,
    history.risen(s.after, s.before, 'app', 'failures') AS failures,
    history.p95_ms(s.after, s.before) AS p95_ms,
    round(
        100 * history.risen(s.after, s.before, 'app', 'cache_hits')
        / nullif(history.risen(s.after, s.before, 'app', 'cache_reads'), 0),
        1
    ) AS cache_hit_percent,
    round(
        100 * history.risen(s.after, s.before, 'server', 'busy_s')
        / s.seconds / (s.after #>> '{server,cores}')::numeric,
        1
    ) AS cpu_percent,
    round(100 * history.risen(s.after, s.before, 'cpu_s', 'postgresql') / s.seconds, 1) AS postgresql_percent_of_core,
    (s.after #>> '{server,memory_used_mb}')::numeric AS memory_used_mb,
    round(
        100 * (s.after #>> '{server,disk_free_mb}')::numeric / (s.after #>> '{server,disk_mb}')::numeric,
        1
    ) AS disk_free_percent,
    round(
        100 * (s.after #>> '{pool,used}')::numeric / nullif((s.after #>> '{pool,size}')::numeric, 0),
        1
    ) AS pool_percent,
    (s.after #>> '{pool,waiting}')::integer AS pool_waiting,
    (s.after #>> '{database,connections}')::integer AS connections,
    (s.after #>> '{database,waiting_for_locks}')::integer AS waiting_for_locks,
    (s.after #>> '{database,longest_transaction_s}')::numeric AS longest_transaction_s,
    round(history.risen(s.after, s.before, 'database', 'commits') / s.seconds, 1) AS commits_per_s,
    round(
        100 * history.risen(s.after, s.before, 'database', 'buffers_hit') / nullif(
            history.risen(s.after, s.before, 'database', 'buffers_hit')
            + history.risen(s.after, s.before, 'database', 'buffers_read'),
            0
        ),
        1
    ) AS buffer_hit_percent,
    (s.after #>> '{database,bytes}')::bigint AS database_bytes,
    history.risen(s.after, s.before, 'database', 'wal_bytes') AS wal_bytes,
    round((s.after #>> '{redis,used_memory}')::numeric / 1048576, 1) AS redis_mb
FROM (
    SELECT
        s.taken_at,
        s.figures AS after,
        lag(s.figures) OVER (ORDER BY s.taken_at) AS before,
        extract(epoch FROM s.taken_at - lag(s.taken_at) OVER (ORDER BY s.taken_at)) AS seconds
    FROM history.samples AS s
) AS s;

GRANT SELECT ON history.samples, history.minutes TO bantam_monitor;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA history FROM PUBLIC;
GRANT EXECUTE ON FUNCTION history.now(), history.keep(jsonb, integer) TO bantam_history;
GRANT EXECUTE ON FUNCTION
    history.risen(jsonb, jsonb, text[]),
    history.p95_ms(jsonb, jsonb)
TO bantam_monitor;
RESET ROLE;
