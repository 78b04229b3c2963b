-- dashboard_admin: the agency: totals, revenue, users, recent activity, system ($1 token hash)
WITH caller AS MATERIALIZED (
    SELECT
        c.user_id,
        c.key,
        c.seconds_left,
        c.role = 'admin' AS allowed,
        (now() AT TIME ZONE c.time_zone)::date AS today,
        date_trunc('month', now() AT TIME ZONE c.time_zone)::date AS month
    FROM callers AS c
    WHERE c.token_hash = $1
)
SELECT
    caller.user_id || ' ' || caller.key AS caller,
    caller.seconds_left,
    dashboard.body
FROM caller
LEFT JOIN LATERAL (
    SELECT row_to_json(dashboard) AS body
    FROM (
        SELECT
            caller.user_id,
            now() AS as_of,
            (SELECT r.refreshed_at FROM report_refreshes AS r WHERE r.view = 'report_projects') AS totals_at,
            (
                SELECT row_to_json(totals)
                FROM (
                    SELECT
                        (SELECT count(*) FROM clients AS c WHERE c.archived_at IS NULL) AS clients,
                        (
                            SELECT row_to_json(states)
                            FROM (
                                SELECT
                                    count(*) AS total,
                                    count(*) FILTER (WHERE p.status = 'planned') AS planned,
                                    count(*) FILTER (WHERE p.status = 'active') AS active,
                                    count(*) FILTER (WHERE p.status = 'on_hold') AS on_hold,
                                    count(*) FILTER (WHERE p.status = 'completed') AS completed,
                                    count(*) FILTER (WHERE p.status = 'cancelled') AS cancelled
                                FROM projects AS p
                                WHERE p.deleted_at IS NULL
                            ) AS states
                        ) AS projects,
                        (
                            SELECT row_to_json(work)
                            FROM (
                                SELECT
                                    coalesce(sum(r.tasks), 0)::bigint AS total,
                                    coalesce(sum(r.todo), 0)::bigint AS todo,
                                    coalesce(sum(r.in_progress), 0)::bigint AS in_progress,
                                    coalesce(sum(r.blocked), 0)::bigint AS blocked,
                                    coalesce(sum(r.review), 0)::bigint AS review,
                                    coalesce(sum(r.done), 0)::bigint AS done,
                                    coalesce(sum(r.overdue), 0)::bigint AS overdue
                                FROM report_projects AS r
                            ) AS work
                        ) AS tasks,
                        (
                            SELECT count(*)
                            FROM milestones AS m
                            WHERE m.completed_at IS NULL
                              AND m.deleted_at IS NULL
                              AND m.due_on < caller.today
                        ) AS overdue_milestones
                ) AS totals
            ) AS totals,
            (
                SELECT coalesce(json_agg(row_to_json(revenue)), '[]')
                FROM (
                    SELECT
                        f.month,
                        f.currency,
                        f.invoiced,
                        f.outstanding,
                        f.overdue,
                        f.paid
                    FROM report_revenue AS f
                    WHERE f.month > (caller.month - interval '12 months')::date
                    ORDER BY f.month, f.currency
                ) AS revenue
            ) AS revenue,
            (
                SELECT row_to_json(people)
                FROM (
                    SELECT
                        count(*) AS total,
                        count(*) FILTER (WHERE u.role = 'admin') AS admin,
                        count(*) FILTER (WHERE u.role = 'project_manager') AS project_manager,
                        count(*) FILTER (WHERE u.role = 'team_member') AS team_member,
                        count(*) FILTER (WHERE u.role = 'client') AS client
                    FROM users AS u
                    WHERE u.deactivated_at IS NULL
                ) AS people
            ) AS users,
            (
                SELECT coalesce(json_agg(row_to_json(event)), '[]')
                FROM (
                    SELECT
                        a.id,
                        a.created_at,
                        a.entity,
                        a.entity_id,
                        a.action,
                        a.title,
                        a.project_id,
                        (SELECT row_to_json(u) FROM (SELECT u.id, u.name FROM users AS u WHERE u.id = a.actor_id) AS u)
                            AS actor
                    FROM activity AS a
                    ORDER BY a.id DESC
                    LIMIT 20
                ) AS event
            ) AS activity,
            (
                SELECT row_to_json(system)
                FROM (
                    SELECT
                        (
                            -- As of the last vacuum: reading the size of every file takes longer than everything else.
                            SELECT 8192 * sum(c.relpages::bigint)::bigint
                            FROM pg_class AS c
                        ) AS database_bytes,
                        d.numbackends AS connections,
                        current_setting('max_connections')::integer AS max_connections,
                        (
                            SELECT count(*)
                            FROM pg_stat_activity AS s
                            WHERE s.usename = current_user
                        ) AS pool_connections,
                        (
                            SELECT count(*)
                            FROM pg_stat_activity AS s
                            WHERE s.usename = current_user
                              AND s.state <> 'idle'
                        ) AS pool_active,
                        round(d.blks_hit::numeric / nullif(d.blks_hit + d.blks_read, 0), 4) AS cache_hit_ratio,
                        d.xact_commit AS commits,
                        d.xact_rollback AS rollbacks,
                        d.deadlocks,
                        d.temp_bytes,
                        pg_postmaster_start_time() AS started_at,
                        (SELECT min(r.refreshed_at) FROM report_refreshes AS r) AS reports_refreshed_at
                    FROM pg_stat_database AS d
                    WHERE d.datname = current_database()
                ) AS system
            ) AS system
    ) AS dashboard
    WHERE caller.allowed
) AS dashboard ON true;
