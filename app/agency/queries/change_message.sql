-- change_message: the message with its new text ($1 actor, $2 message, $3 version or NULL, $4 text)
WITH changed AS (
    UPDATE messages AS m
    SET
        body = $4,
        edited_at = now(),
        version = m.version + 1
    WHERE m.id = $2
      AND m.deleted_at IS NULL
      AND ($3::integer IS NULL OR m.version = $3::integer)
    RETURNING
        m.id,
        m.version,
        m.thread_id,
        m.project_id,
        m.author_id,
        m.created_at,
        m.edited_at,
        m.body,
        (SELECT h.subject FROM threads AS h WHERE h.id = m.thread_id) AS subject
),
recorded AS (
    INSERT INTO activity (actor_id, project_id, entity, entity_id, action, title)
    SELECT $1::bigint, c.project_id, 'message', c.id, 'changed', c.subject
    FROM changed AS c
)
SELECT row_to_json(r) AS body
FROM (
    SELECT
        c.id,
        c.version,
        c.thread_id,
        c.project_id,
        c.author_id,
        c.created_at,
        c.edited_at,
        c.body
    FROM changed AS c
) AS r;
