-- One line of JSON about the database: totals since its statistics began, and every statement of the app.
SELECT json_build_object(
    'connections', (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
    'active', (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND state = 'active'),
    'blocks_hit', d.blks_hit,
    'blocks_read', d.blks_read,
    'wal_bytes', (SELECT w.wal_bytes FROM pg_stat_wal AS w),
    'written_bytes', (SELECT sum((i.writes + i.extends) * i.op_bytes) FROM pg_stat_io AS i),
    'statements', (
        SELECT json_object_agg(
            s.queryid::text,
            json_build_array(
                s.calls, s.total_exec_time, s.max_exec_time, s.rows, s.shared_blks_hit, s.shared_blks_read
            )
        )
        FROM pg_stat_statements(false) AS s
        JOIN pg_roles AS r ON r.oid = s.userid
        WHERE r.rolname IN ('bantam_app', 'baseline')
          AND s.dbid = d.datid
    )
)
FROM pg_stat_database AS d
WHERE d.datname = current_database();
