-- history: how far the samples reach, and what taking and keeping one costs
SELECT
    extract(epoch FROM now() - max(s.taken_at))::integer AS newest_s,
    (now() AT TIME ZONE 'UTC')::date - (min(s.taken_at) AT TIME ZONE 'UTC')::date + 1 AS days,
    avg((s.figures #>> '{history,cpu_s}')::numeric) FILTER (WHERE s.taken_at > now() - interval '1 hour') AS cpu_s,
    max((s.figures #>> '{history,memory_mb}')::integer) FILTER (WHERE s.taken_at > now() - interval '1 hour')
        AS memory_mb,
    (
        SELECT coalesce(sum(q.total_exec_time) / nullif(max(q.calls), 0) / 1000, 0)
        FROM pg_stat_statements AS q
        JOIN pg_roles AS r ON r.oid = q.userid
        WHERE r.rolname = 'bantam_history'
    ) AS database_cpu_s
FROM history.samples AS s;
