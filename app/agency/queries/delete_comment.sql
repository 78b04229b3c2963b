-- delete_comment: deletes a comment ($1 actor, $2 comment, $3 project, $4 version or NULL)
WITH deleted AS (
    UPDATE comments AS c
    SET
        deleted_at = now(),
        version = c.version + 1
    WHERE c.id = $2
      AND c.deleted_at IS NULL
      AND ($4::integer IS NULL OR c.version = $4::integer)
    RETURNING
        c.id,
        (SELECT t.title FROM tasks AS t WHERE t.id = c.task_id) AS title
),
recorded AS (
    INSERT INTO activity (actor_id, project_id, entity, entity_id, action, title)
    SELECT $1::bigint, $3, 'comment', d.id, 'deleted', d.title
    FROM deleted AS d
)
SELECT d.id
FROM deleted AS d;
