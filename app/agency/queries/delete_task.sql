-- delete_task: deletes a task, if its project and assignee are still the same ($1 actor, $2 task, $3 project, $4 assignee, $5 version or NULL)
WITH deleted AS (
    UPDATE tasks AS t
    SET
        deleted_at = now(),
        updated_at = now(),
        version = t.version + 1
    WHERE t.id = $2
      AND t.project_id = $3
      AND t.assignee_id IS NOT DISTINCT FROM $4::bigint
      AND t.deleted_at IS NULL
      AND ($5::integer IS NULL OR t.version = $5::integer)
    RETURNING
        t.id,
        t.project_id,
        t.title
),
recorded AS (
    INSERT INTO activity (actor_id, project_id, entity, entity_id, action, title)
    SELECT $1::bigint, d.project_id, 'task', d.id, 'deleted', d.title
    FROM deleted AS d
)
SELECT d.id
FROM deleted AS d;
