-- delete_message: deletes a message ($1 actor, $2 message, $3 version or NULL)
WITH deleted AS (
    UPDATE messages AS m
    SET
        deleted_at = now(),
        version = m.version + 1
    WHERE m.id = $2
      AND m.deleted_at IS NULL
      AND ($3::integer IS NULL OR m.version = $3::integer)
    RETURNING
        m.id,
        m.project_id,
        (SELECT h.subject FROM threads AS h WHERE h.id = m.thread_id) AS subject
),
recorded AS (
    INSERT INTO activity (actor_id, project_id, entity, entity_id, action, title)
    SELECT $1::bigint, d.project_id, 'message', d.id, 'deleted', d.subject
    FROM deleted AS d
)
SELECT d.id
FROM deleted AS d;
