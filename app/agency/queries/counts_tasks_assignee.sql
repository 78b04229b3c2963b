-- counts_tasks_assignee: a user's tasks that the caller can see, by status ($1 token hash, $2 assignee)
SELECT
    caller.user_id || ' ' || caller.key AS caller,
    caller.seconds_left,
    (
        SELECT row_to_json(n)
        FROM (
            SELECT
                count(*) AS total,
                count(*) FILTER (WHERE t.status = 'todo') AS todo,
                count(*) FILTER (WHERE t.status = 'in_progress') AS in_progress,
                count(*) FILTER (WHERE t.status = 'blocked') AS blocked,
                count(*) FILTER (WHERE t.status = 'review') AS review,
                count(*) FILTER (WHERE t.status = 'done') AS done,
                count(*) FILTER (WHERE t.completed_at IS NULL AND t.due_on < current_date) AS overdue,
                now() AS as_of
            FROM tasks AS t
            WHERE t.assignee_id = $2
              AND t.deleted_at IS NULL
              AND EXISTS (
                  SELECT
                  FROM project_keys AS k
                  WHERE k.project_id = t.project_id
                    AND k.key = caller.key
                  OFFSET 0
              )
        ) AS n
    ) AS body
FROM callers AS caller
WHERE caller.token_hash = $1;
