-- project_assignees: who has open tasks in a project ($1 project)
SELECT coalesce(array_agg(DISTINCT t.assignee_id), '{}') AS assignees
FROM tasks AS t
WHERE t.project_id = $1
  AND t.assignee_id IS NOT NULL
  AND t.completed_at IS NULL
  AND t.deleted_at IS NULL;
