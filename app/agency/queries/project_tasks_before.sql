-- project_tasks_before: a project's tasks that stand before a position, by due day and id ($1 token hash, $2 project, $3 day, $4 task, $5 limit)
SELECT
    caller.user_id || ' ' || caller.key AS caller,
    caller.seconds_left,
    opened.audience,
    page.items,
    page.first_due_on::text,
    page.first_id,
    page.last_due_on::text,
    page.last_id,
    EXISTS (
        SELECT
        FROM tasks AS t
        WHERE t.project_id = $2
          AND t.deleted_at IS NULL
          AND (t.due_on, t.id) < (page.first_due_on, page.first_id)
    ) AS more
FROM callers AS caller
LEFT JOIN LATERAL (
    SELECT string_agg(k.key, ' ') AS audience
    FROM project_keys AS k
    WHERE k.project_id = $2
    HAVING bool_or(k.key = caller.key)
) AS opened ON true
LEFT JOIN LATERAL (
    SELECT
        json_agg(row_to_json(task) ORDER BY task.due_on, task.id) AS items,
        min(task.due_on) AS first_due_on,
        max(task.due_on) AS last_due_on,
        (array_agg(task.id ORDER BY task.due_on, task.id))[1] AS first_id,
        (array_agg(task.id ORDER BY task.due_on, task.id))[count(*)] AS last_id
    FROM (
        SELECT
            t.id,
            t.project_id,
            t.milestone_id,
            t.title,
            t.status,
            t.priority,
            t.due_on,
            t.estimate_minutes,
            (SELECT row_to_json(u) FROM (SELECT u.id, u.name FROM users AS u WHERE u.id = t.assignee_id) AS u)
                AS assignee,
            t.completed_at,
            t.updated_at,
            t.version
        FROM tasks AS t
        WHERE t.project_id = $2
          AND t.deleted_at IS NULL
          AND (t.due_on, t.id) < ($3::date, $4::bigint)
          AND opened.audience IS NOT NULL
        ORDER BY t.due_on DESC, t.id DESC
        LIMIT $5
    ) AS task
) AS page ON true
WHERE caller.token_hash = $1;
