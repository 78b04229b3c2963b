-- dashboard_user: the caller's open tasks, projects, week and unread notifications ($1 token hash)
SELECT
    caller.user_id || ' ' || caller.key AS caller,
    caller.seconds_left,
    row_to_json(dashboard) AS body
FROM callers AS caller
CROSS JOIN LATERAL (
    SELECT
        (now() AT TIME ZONE caller.time_zone)::date AS day,
        date_trunc('week', now() AT TIME ZONE caller.time_zone)::date AS monday
) AS today
CROSS JOIN LATERAL (
    -- Open tasks are read once, from the index of open tasks: by due day, years of done ones would come first.
    WITH open AS MATERIALIZED (
        SELECT t.id, t.due_on
        FROM tasks AS t
        WHERE t.assignee_id = caller.user_id
          AND t.completed_at IS NULL
          AND t.deleted_at IS NULL
          AND t.due_on <= today.day + 6
          AND EXISTS (
              SELECT
              FROM projects AS its
              WHERE its.id = t.project_id
                AND its.deleted_at IS NULL
                AND (
                    caller.role = 'admin'
                    OR (caller.role = 'client' AND its.client_id = caller.client_id)
                    OR (
                        caller.role IN ('project_manager', 'team_member')
                        AND (
                            its.manager_id = caller.user_id
                            OR EXISTS (
                                SELECT
                                FROM project_members AS own
                                WHERE own.project_id = its.id
                                  AND own.user_id = caller.user_id
                            )
                        )
                    )
                )
          )
    )
    SELECT
        (SELECT count(*) FROM open AS o WHERE o.due_on < today.day) AS overdue_count,
        (
            SELECT coalesce(json_agg(row_to_json(task)), '[]')
            FROM (
                SELECT t.id, t.title, t.status, t.priority, t.due_on, t.project_id, p.name AS project_name
                FROM (
                    SELECT o.id
                    FROM open AS o
                    WHERE o.due_on < today.day
                    ORDER BY o.due_on, o.id
                    LIMIT 10
                ) AS first
                JOIN tasks AS t ON t.id = first.id
                JOIN projects AS p ON p.id = t.project_id
                ORDER BY t.due_on, t.id
            ) AS task
        ) AS overdue,
        (SELECT count(*) FROM open AS o WHERE o.due_on >= today.day) AS due_count,
        (
            SELECT coalesce(json_agg(row_to_json(task)), '[]')
            FROM (
                SELECT t.id, t.title, t.status, t.priority, t.due_on, t.project_id, p.name AS project_name
                FROM (
                    SELECT o.id
                    FROM open AS o
                    WHERE o.due_on >= today.day
                    ORDER BY o.due_on, o.id
                    LIMIT 10
                ) AS first
                JOIN tasks AS t ON t.id = first.id
                JOIN projects AS p ON p.id = t.project_id
                ORDER BY t.due_on, t.id
            ) AS task
        ) AS due
) AS work
CROSS JOIN LATERAL (
    SELECT
        caller.user_id,
        today.day AS today,
        work.overdue_count,
        work.overdue,
        work.due_count,
        work.due,
        (
            SELECT coalesce(json_agg(row_to_json(project)), '[]')
            FROM (
                SELECT p.id, p.name, p.status, p.priority, p.due_on
                FROM projects AS p
                WHERE p.status = 'active'
                  AND p.deleted_at IS NULL
                  AND p.id IN (
                      SELECT m.project_id
                      FROM project_members AS m
                      WHERE m.user_id = caller.user_id
                        AND caller.role <> 'client'
                      UNION ALL
                      SELECT led.id
                      FROM projects AS led
                      WHERE led.manager_id = caller.user_id
                        AND caller.role <> 'client'
                      UNION ALL
                      SELECT ours.id
                      FROM projects AS ours
                      WHERE ours.client_id = caller.client_id
                        AND caller.role = 'client'
                  )
                ORDER BY p.due_on, p.id
                LIMIT 10
            ) AS project
        ) AS projects,
        (
            SELECT row_to_json(week)
            FROM (
                SELECT
                    today.monday AS starts_on,
                    coalesce(sum(e.minutes), 0) AS minutes,
                    coalesce(sum(e.minutes) FILTER (WHERE e.billable), 0) AS billable_minutes
                FROM time_entries AS e
                WHERE e.user_id = caller.user_id
                  AND e.deleted_at IS NULL
                  AND e.entry_date BETWEEN today.monday AND today.monday + 6
            ) AS week
        ) AS week,
        (
            SELECT count(*)
            FROM notifications AS n
            WHERE n.user_id = caller.user_id
              AND n.read_at IS NULL
        ) AS unread_count,
        (
            SELECT coalesce(json_agg(row_to_json(notification)), '[]')
            FROM (
                SELECT n.id, n.kind, n.body, n.project_id, n.created_at
                FROM notifications AS n
                WHERE n.user_id = caller.user_id
                  AND n.read_at IS NULL
                  AND (
                      n.project_id IS NULL
                      OR EXISTS (
                          SELECT
                          FROM projects AS its
                          WHERE its.id = n.project_id
                            AND its.deleted_at IS NULL
                            AND (
                                caller.role = 'admin'
                                OR (caller.role = 'client' AND its.client_id = caller.client_id)
                                OR (
                                    caller.role IN ('project_manager', 'team_member')
                                    AND (
                                        its.manager_id = caller.user_id
                                        OR EXISTS (
                                            SELECT
                                            FROM project_members AS own
                                            WHERE own.project_id = its.id
                                              AND own.user_id = caller.user_id
                                        )
                                    )
                                )
                            )
                      )
                  )
                ORDER BY n.id DESC
                LIMIT 10
            ) AS notification
        ) AS notifications
) AS dashboard
WHERE caller.token_hash = $1;
