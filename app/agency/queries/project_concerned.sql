-- project_concerned: the users whose dashboards a project's deletion changes: they have open tasks in it or unread notifications about it ($1 project)
SELECT coalesce(array_agg(c.user_id), '{}') AS people
FROM (
    SELECT t.assignee_id AS user_id
    FROM tasks AS t
    WHERE t.project_id = $1
      AND t.assignee_id IS NOT NULL
      AND t.completed_at IS NULL
      AND t.deleted_at IS NULL
    UNION
    SELECT n.user_id
    FROM notifications AS n
    WHERE n.project_id = $1
      AND n.read_at IS NULL
) AS c;
