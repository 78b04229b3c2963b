-- change_task_status: the task in its new status, if it is still where it was ($1 task, $2 project, $3 assignee, $4 status)
WITH changed AS (
    UPDATE tasks AS t
    SET
        status = $4,
        completed_at = CASE WHEN $4 = 'done' THEN coalesce(t.completed_at, now()) END,
        updated_at = now(),
        version = t.version + 1
    WHERE t.id = $1
      AND t.project_id = $2
      AND t.assignee_id IS NOT DISTINCT FROM $3
      AND t.deleted_at IS NULL
    RETURNING
        t.id,
        t.project_id,
        t.milestone_id,
        t.title,
        t.status,
        t.priority,
        t.due_on,
        t.estimate_minutes,
        t.assignee_id,
        t.completed_at,
        t.updated_at,
        t.version
)
SELECT row_to_json(task) AS body
FROM (
    SELECT
        c.id,
        c.project_id,
        c.milestone_id,
        c.title,
        c.status,
        c.priority,
        c.due_on,
        c.estimate_minutes,
        (SELECT row_to_json(u) FROM (SELECT u.id, u.name FROM users AS u WHERE u.id = c.assignee_id) AS u)
            AS assignee,
        c.completed_at,
        c.updated_at,
        c.version
    FROM changed AS c
) AS task;
