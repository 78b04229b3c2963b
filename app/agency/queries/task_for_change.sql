-- task_for_change: the facts for a change of a task ($1 token hash, $2 task)
SELECT
    caller.user_id,
    caller.role,
    task.project_id,
    task.assignee_id,
    task.version,
    task.manager_id,
    task.client_id
FROM callers AS caller
LEFT JOIN LATERAL (
    SELECT
        t.project_id,
        t.assignee_id,
        t.version,
        p.manager_id,
        p.client_id
    FROM tasks AS t
    JOIN projects AS p ON p.id = t.project_id
    WHERE t.id = $2
      AND t.deleted_at IS NULL
      AND EXISTS (
          SELECT
          FROM project_keys AS k
          WHERE k.project_id = t.project_id
            AND k.key = caller.key
      )
) AS task ON true
WHERE caller.token_hash = $1;
