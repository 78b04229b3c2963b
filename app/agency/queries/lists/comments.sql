-- comments: the comments on tasks that a caller sees
-- from
comments AS o
-- id
o.id
-- where
o.deleted_at IS NULL
-- visible
EXISTS (
    SELECT
    FROM tasks AS t
    WHERE t.id = o.task_id
      AND t.deleted_at IS NULL
      AND $sees(t.project_id)
)
-- filter task opens
o.task_id = $value::bigint
AND EXISTS (
    SELECT
    FROM tasks AS t
    WHERE t.id = $value::bigint
      AND t.deleted_at IS NULL
      AND EXISTS (SELECT FROM project_keys AS k WHERE k.project_id = t.project_id AND k.key = caller.key)
)
-- filter author pins
o.author_id = $value::bigint
-- sort id with task author
o.id::bigint
-- item
SELECT
    o.id,
    o.task_id,
    (SELECT row_to_json(u) FROM (SELECT u.id, u.name FROM users AS u WHERE u.id = o.author_id) AS u) AS author,
    o.body,
    o.created_at,
    o.edited_at,
    o.version
FROM comments AS o
WHERE o.id = here.id
-- entity
SELECT
    o.id,
    o.task_id,
    (SELECT row_to_json(u) FROM (SELECT u.id, u.name FROM users AS u WHERE u.id = o.author_id) AS u) AS author,
    o.body,
    o.created_at,
    o.edited_at,
    o.version,
    (SELECT row_to_json(t) FROM (SELECT t.id, t.title AS name FROM tasks AS t WHERE t.id = o.task_id) AS t) AS task
FROM comments AS o
WHERE o.id = here.id
