-- delete_comment: deletes a comment ($1 actor, $2 comment, $3 version or NULL)
WITH deleted AS (
    UPDATE comments AS c
    SET
        deleted_at = now(),
        version = c.version + 1
    FROM tasks AS t
    WHERE c.id = $2
      AND c.deleted_at IS NULL
      AND ($3::integer IS NULL OR c.version = $3::integer)
      AND t.id = c.task_id
    RETURNING
        c.id,
        t.project_id,
        t.title
),
recorded AS (
    INSERT INTO activity (actor_id, project_id, entity, entity_id, action, title)
    SELECT $1::bigint, d.project_id, 'comment', d.id, 'deleted', d.title
    FROM deleted AS d
)
SELECT d.id
FROM deleted AS d;
