-- task_of_project: whether a task belongs to a project ($1 task, $2 project)
SELECT EXISTS (
    SELECT
    FROM tasks AS t
    WHERE t.id = $1
      AND t.project_id = $2
      AND t.deleted_at IS NULL
);
