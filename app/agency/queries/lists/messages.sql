-- messages: the messages in the projects that a caller sees
-- from
messages AS m
-- id
m.id
-- container
m.project_id
-- where
m.deleted_at IS NULL
-- live
EXISTS (SELECT FROM projects AS p WHERE p.id = m.project_id AND p.deleted_at IS NULL OFFSET 0)
-- visible
$sees(m.project_id)
-- filter thread pins
m.thread_id = $value::bigint
-- filter project opens
m.project_id = $value::bigint
AND EXISTS (SELECT FROM project_keys AS k WHERE k.project_id = $value::bigint AND k.key = caller.key)
-- filter author pins
m.author_id = $value::bigint
-- filter unread is true pins
EXISTS (
    SELECT
    FROM thread_participants AS a
    WHERE a.user_id = caller.user_id
      AND a.first_unread_id IS NOT NULL
      AND a.thread_id = m.thread_id
      AND m.id >= a.first_unread_id
)
-- sort id
m.id::bigint
-- item
SELECT
    m.id,
    m.project_id,
    m.thread_id,
    (SELECT row_to_json(u) FROM (SELECT u.id, u.name FROM users AS u WHERE u.id = m.author_id) AS u) AS author,
    m.body,
    m.created_at,
    m.edited_at,
    m.version
FROM messages AS m
WHERE m.id = here.id
-- entity
SELECT
    m.id,
    m.project_id,
    m.thread_id,
    (SELECT row_to_json(u) FROM (SELECT u.id, u.name FROM users AS u WHERE u.id = m.author_id) AS u) AS author,
    m.body,
    m.created_at,
    m.edited_at,
    m.version,
    (SELECT row_to_json(p) FROM (SELECT p.id, p.name FROM projects AS p WHERE p.id = m.project_id) AS p)
        AS project
FROM messages AS m
WHERE m.id = here.id
