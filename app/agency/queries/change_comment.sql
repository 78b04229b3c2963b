-- change_comment: the comment with its new text ($1 actor, $2 comment, $3 project, $4 version or NULL, $5 text)
WITH changed AS (
    UPDATE comments AS c
    SET
        body = $5,
        edited_at = now(),
        version = c.version + 1
    WHERE c.id = $2
      AND c.deleted_at IS NULL
      AND ($4::integer IS NULL OR c.version = $4::integer)
    RETURNING
        c.id,
        c.version,
        c.task_id,
        c.author_id,
        c.created_at,
        c.edited_at,
        c.body,
        (SELECT t.title FROM tasks AS t WHERE t.id = c.task_id) AS title
),
recorded AS (
    INSERT INTO activity (actor_id, project_id, entity, entity_id, action, title)
    SELECT $1::bigint, $3, 'comment', c.id, 'changed', c.title
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
