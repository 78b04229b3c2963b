-- What PostgreSQL is doing and has done, for people and for the app's admins. Idempotent: made anew when it changes.
--
-- The views show everything to whoever may read all statistics. The app may not, so it gets a few answers from
-- functions that run as bantam_statistics, and nothing else.

DROP SCHEMA IF EXISTS monitoring CASCADE;
CREATE SCHEMA monitoring AUTHORIZATION bantam_statistics;
GRANT USAGE ON SCHEMA monitoring TO bantam_app, bantam_monitor;
SET LOCAL ROLE bantam_statistics;

-- Each session but this one, the longest in its state first.
CREATE VIEW monitoring.sessions AS
SELECT
    a.pid,
    a.usename AS role,
    a.application_name AS application,
    a.state,
    a.wait_event_type AS waits_for,
    a.wait_event AS event,
    round(extract(epoch FROM now() - a.state_change)::numeric, 1) AS state_s,
    round(extract(epoch FROM now() - a.xact_start)::numeric, 1) AS transaction_s,
    pg_blocking_pids(a.pid) AS blocked_by,
    left(regexp_replace(a.query, '\s+', ' ', 'g'), 300) AS query
FROM pg_stat_activity AS a
WHERE a.backend_type = 'client backend'
  AND a.pid <> pg_backend_pid()
ORDER BY a.state_change NULLS LAST;

-- Who waits for a lock, and who has it.
CREATE VIEW monitoring.blocked AS
SELECT
    waiting.pid,
    waiting.role,
    waiting.state_s AS waits_s,
    waiting.query,
    holding.pid AS holder,
    holding.role AS holder_role,
    holding.state AS holder_state,
    holding.transaction_s AS holder_transaction_s,
    holding.query AS holder_query
FROM monitoring.sessions AS waiting
CROSS JOIN LATERAL unnest(waiting.blocked_by) AS blocking (pid)
JOIN monitoring.sessions AS holding ON holding.pid = blocking.pid;

-- The app's statements since the last reset, the most expensive first.
CREATE VIEW monitoring.statements AS
SELECT
    s.queryid::text AS id,
    s.calls,
    round(s.total_exec_time::numeric, 1) AS total_ms,
    round(100 * (s.total_exec_time / nullif(sum(s.total_exec_time) OVER (), 0))::numeric, 1) AS share_percent,
    round(s.mean_exec_time::numeric, 3) AS mean_ms,
    round(s.max_exec_time::numeric, 1) AS longest_ms,
    s.rows,
    round(100.0 * s.shared_blks_hit / nullif(s.shared_blks_hit + s.shared_blks_read, 0), 1) AS buffer_hit_percent,
    s.query
FROM public.pg_stat_statements AS s
JOIN pg_roles AS r ON r.oid = s.userid
JOIN pg_database AS d ON d.oid = s.dbid
WHERE r.rolname = 'bantam_app'
  AND d.datname = current_database()
ORDER BY s.total_exec_time DESC;

-- Each table of the app: its size, its dead rows, when it was last vacuumed and analyzed, how it is read.
CREATE VIEW monitoring.tables AS
SELECT
    t.relname AS name,
    pg_total_relation_size(t.relid) AS bytes,
    t.n_live_tup AS live_rows,
    t.n_dead_tup AS dead_rows,
    round(100.0 * t.n_dead_tup / nullif(t.n_live_tup + t.n_dead_tup, 0), 1) AS dead_percent,
    greatest(t.last_vacuum, t.last_autovacuum) AS vacuumed_at,
    greatest(t.last_analyze, t.last_autoanalyze) AS analyzed_at,
    t.seq_scan AS sequential_scans,
    t.idx_scan AS index_scans,
    round(100.0 * t.n_tup_hot_upd / nullif(t.n_tup_upd, 0), 1) AS hot_updates_percent,
    age(c.relfrozenxid) AS oldest_transaction
FROM pg_stat_user_tables AS t
JOIN pg_class AS c ON c.oid = t.relid
WHERE t.schemaname = 'public'
ORDER BY pg_total_relation_size(t.relid) DESC;

-- Each index: its size, how often it was used, whether it is valid.
CREATE VIEW monitoring.indexes AS
SELECT
    u.indexrelname AS name,
    u.relname AS table_name,
    pg_relation_size(u.indexrelid) AS bytes,
    u.idx_scan AS scans,
    i.indisunique AS is_unique,
    i.indisvalid AS is_valid
FROM pg_stat_user_indexes AS u
JOIN pg_index AS i ON i.indexrelid = u.indexrelid
WHERE u.schemaname = 'public'
ORDER BY pg_relation_size(u.indexrelid) DESC;

-- One row about the whole database since its statistics began.
CREATE VIEW monitoring.totals AS
SELECT
    pg_postmaster_start_time() AS started_at,
    pg_database_size(d.datname) AS bytes,
    round(100.0 * d.blks_hit / nullif(d.blks_hit + d.blks_read, 0), 2) AS buffer_hit_percent,
    d.xact_commit AS commits,
    d.xact_rollback AS rollbacks,
    d.deadlocks,
    d.temp_files,
    d.temp_bytes,
    current_setting('max_connections')::integer AS connections_allowed,
    (
        SELECT count(*)
        FROM pg_stat_activity AS a
        WHERE a.backend_type = 'client backend'
    ) AS connections,
    round(100.0 * age(db.datfrozenxid) / current_setting('autovacuum_freeze_max_age')::numeric, 1)
        AS wraparound_percent,
    c.num_timed AS checkpoints_timed,
    c.num_requested AS checkpoints_requested,
    w.wal_bytes,
    a.archived_count AS wal_archived,
    a.failed_count AS wal_archive_failures,
    a.last_archived_time AS wal_archived_at,
    (
        SELECT count(*)
        FROM pg_replication_slots AS s
        WHERE NOT s.active
    ) AS idle_replication_slots
FROM pg_stat_database AS d
JOIN pg_database AS db ON db.oid = d.datid
CROSS JOIN pg_stat_checkpointer AS c
CROSS JOIN pg_stat_wal AS w
CROSS JOIN pg_stat_archiver AS a
WHERE d.datname = current_database();

CREATE FUNCTION monitoring.performance()
RETURNS json
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT json_build_object(
        'totals', (SELECT row_to_json(t) FROM monitoring.totals AS t),
        'statements', (
            SELECT coalesce(json_agg(s.statement), '[]')
            FROM (
                SELECT to_jsonb(s) - 'by_total' - 'by_mean' - 'by_calls' AS statement
                FROM (
                    SELECT
                        s.*,
                        rank() OVER (ORDER BY s.total_ms DESC) AS by_total,
                        rank() OVER (ORDER BY s.mean_ms DESC) AS by_mean,
                        rank() OVER (ORDER BY s.calls DESC) AS by_calls
                    FROM monitoring.statements AS s
                ) AS s
                WHERE s.by_total <= 20
                   OR s.by_mean <= 10
                   OR s.by_calls <= 10
                ORDER BY s.total_ms DESC
            ) AS s
        ),
        'tables', (
            SELECT coalesce(json_agg(t), '[]')
            FROM (SELECT * FROM monitoring.tables LIMIT 20) AS t
        ),
        'unused_indexes', (
            SELECT coalesce(json_agg(i), '[]')
            FROM (
                SELECT *
                FROM monitoring.indexes AS i
                WHERE i.scans = 0
                  AND NOT i.is_unique
                LIMIT 20
            ) AS i
        ),
        'invalid_indexes', (
            SELECT coalesce(json_agg(i), '[]')
            FROM monitoring.indexes AS i
            WHERE NOT i.is_valid
        )
    )
$$;

CREATE FUNCTION monitoring.connections()
RETURNS json
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT json_build_object(
        'allowed', t.connections_allowed,
        'used', t.connections,
        'sessions', (SELECT coalesce(json_agg(s), '[]') FROM monitoring.sessions AS s),
        'blocked', (SELECT coalesce(json_agg(b), '[]') FROM monitoring.blocked AS b)
    )
    FROM monitoring.totals AS t
$$;

CREATE FUNCTION monitoring.statement(statement_id text)
RETURNS monitoring.statements
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s
    FROM monitoring.statements AS s
    WHERE s.id = statement_id
    LIMIT 1
$$;

-- One of the app's statements with the plan for parameters of any value, made with the rights and the settings of
-- whoever asks; nothing is executed.
CREATE FUNCTION monitoring.plan(statement_id text)
RETURNS json
LANGUAGE plpgsql
AS $$
DECLARE
    found monitoring.statements := monitoring.statement(statement_id);
    line text;
    lines text[] := '{}';
    refused text;
BEGIN
    IF found.id IS NULL THEN
        RETURN NULL;
    END IF;
    BEGIN
        FOR line IN EXECUTE 'EXPLAIN (GENERIC_PLAN) ' || found.query LOOP
            lines := lines || line;
        END LOOP;
    EXCEPTION
        WHEN OTHERS THEN
            refused := SQLERRM;
    END;
    RETURN json_build_object(
        'statement', row_to_json(found),
        'plan', nullif(array_to_string(lines, E'\n'), ''),
        'refused', refused
    );
END
$$;

GRANT SELECT ON ALL TABLES IN SCHEMA monitoring TO bantam_monitor;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA monitoring FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA monitoring TO bantam_app;
RESET ROLE;
