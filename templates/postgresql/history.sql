-- What was measured once a minute, kept for some days. Idempotent, and leaves what has been kept.
--
-- bantam_history, which measures, may call two functions; they run as bantam_statistics, which owns everything here.

CREATE SCHEMA IF NOT EXISTS history AUTHORIZATION bantam_statistics;
GRANT CONNECT ON DATABASE bantam TO bantam_history;
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
                'wal_waiting_s', (
                    SELECT coalesce(extract(epoch FROM now() - min(f.modification))::integer, 0)
                    FROM pg_ls_archive_statusdir() AS f
                    WHERE f.name LIKE '%.ready'
                ),
                -- By the statistics: the role that owns this may not read the app's tables.
                'outbox_rows', (
                    SELECT coalesce(sum(o.n_live_tup), 0)
                    FROM pg_stat_user_tables AS o
                    WHERE o.relname = 'cache_touches'
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
                    ) AS t
                )
            )
        END
    )
$$;

GRANT USAGE ON SCHEMA history TO bantam_history, bantam_monitor;
GRANT SELECT ON history.samples TO bantam_monitor;
REVOKE ALL ON FUNCTION history.partition(integer), history.keep(jsonb, integer), history.now() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION history.keep(jsonb, integer), history.now() TO bantam_history;
RESET ROLE;
