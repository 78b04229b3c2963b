-- task_for_change: what must be known before a caller's change of a task ($1 token hash, $2 task)
SELECT
    caller.role <> 'client' AS may_change,
    task.project_id,
    task.assignee_id
FROM callers AS caller
LEFT JOIN LATERAL (
    SELECT
        t.project_id,
        t.assignee_id
    FROM tasks AS t
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
