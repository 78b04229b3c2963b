-- change_comment: the comment with its new text ($1 actor, $2 comment, $3 version or NULL, $4 text)
WITH changed AS (
    UPDATE comments AS c
    SET
        body = $4,
        edited_at = now(),
        version = c.version + 1
    FROM tasks AS t
    WHERE c.id = $2
      AND c.deleted_at IS NULL
      AND ($3::integer IS NULL OR c.version = $3::integer)
      AND t.id = c.task_id
    RETURNING
        c.id,
        c.version,
        c.task_id,
        c.author_id,
        c.created_at,
        c.edited_at,
        c.body,
        t.project_id,
        t.title
),
recorded AS (
    INSERT INTO activity (actor_id, project_id, entity, entity_id, action, title)
    SELECT $1::bigint, c.project_id, 'comment', c.id, 'changed', c.title
    FROM changed AS c
)
SELECT row_to_json(r) AS body
FROM (
    SELECT
        c.id,
        c.version,
        c.task_id,
        c.author_id,
        c.created_at,
        c.edited_at,
        c.body
    FROM changed AS c
) AS r;
