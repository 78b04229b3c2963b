-- history: how far the samples reach, which parts lack in all of the last ten minutes, and what taking and keeping one costs
SELECT
    extract(epoch FROM now() - max(s.taken_at))::integer AS newest_s,
    (now() AT TIME ZONE 'UTC')::date - (min(s.taken_at) AT TIME ZONE 'UTC')::date + 1 AS days,
    (
        SELECT json_agg(p.part)
        FROM (
            SELECT p.part
            FROM history.samples AS n
            CROSS JOIN LATERAL jsonb_each(n.figures) AS p (part, figures)
            WHERE n.taken_at > now() - interval '10 minutes'
            GROUP BY p.part
            HAVING bool_and(p.figures = 'null')
        ) AS p
    ) AS lacks,
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
