-- threads: the conversations of the projects that a caller sees, the one with the newest message first
-- from
threads AS h
-- id
h.id
-- where
true
-- visible
$sees(h.project_id)
-- filter project opens
h.project_id = $value::bigint
AND EXISTS (SELECT FROM project_keys AS k WHERE k.project_id = $value::bigint AND k.key = caller.key)
-- filter mine is true
h.id IN (SELECT a.thread_id FROM thread_participants AS a WHERE a.user_id = caller.user_id)
-- filter unread is true
h.id IN (
    SELECT a.thread_id
    FROM thread_participants AS a
    WHERE a.user_id = caller.user_id
      AND a.first_unread_id IS NOT NULL
)
-- sort latest with project mine=true unread=true
h.last_message_id::bigint
-- item
SELECT
    h.id,
    h.project_id,
    h.subject,
    h.created_at,
    (
        SELECT row_to_json(latest)
        FROM (
            SELECT
                m.id,
                (SELECT row_to_json(u) FROM (SELECT u.id, u.name FROM users AS u WHERE u.id = m.author_id) AS u)
                    AS author,
                m.created_at,
                left(m.body, 200) AS beginning
            FROM messages AS m
            WHERE m.id = h.last_message_id
              AND m.deleted_at IS NULL
        ) AS latest
    ) AS latest,
    (
        SELECT a.first_unread_id
        FROM thread_participants AS a
        WHERE a.thread_id = h.id
          AND a.user_id = caller.user_id
    ) AS first_unread_id
FROM threads AS h
WHERE h.id = here.id
-- entity
SELECT
    h.id,
    h.project_id,
    h.subject,
    h.created_at,
    (
        SELECT row_to_json(latest)
        FROM (
            SELECT
                m.id,
                (SELECT row_to_json(u) FROM (SELECT u.id, u.name FROM users AS u WHERE u.id = m.author_id) AS u)
                    AS author,
                m.created_at,
                left(m.body, 200) AS beginning
            FROM messages AS m
            WHERE m.id = h.last_message_id
              AND m.deleted_at IS NULL
        ) AS latest
    ) AS latest,
    (
        SELECT a.first_unread_id
        FROM thread_participants AS a
        WHERE a.thread_id = h.id
          AND a.user_id = caller.user_id
    ) AS first_unread_id,
    (SELECT row_to_json(p) FROM (SELECT p.id, p.name FROM projects AS p WHERE p.id = h.project_id) AS p)
        AS project,
    (
        SELECT coalesce(json_agg(row_to_json(person)), '[]')
        FROM (
            SELECT u.id, u.name
            FROM thread_participants AS a
            JOIN users AS u ON u.id = a.user_id
            WHERE a.thread_id = h.id
            ORDER BY u.id
            LIMIT 100
        ) AS person
    ) AS participants,
    (
        SELECT coalesce(json_agg(row_to_json(message) ORDER BY message.id), '[]')
        FROM (
            SELECT
                m.id,
                (SELECT row_to_json(u) FROM (SELECT u.id, u.name FROM users AS u WHERE u.id = m.author_id) AS u)
                    AS author,
                m.body,
                m.created_at,
                m.edited_at,
                m.version
            FROM messages AS m
            WHERE m.thread_id = h.id
              AND m.deleted_at IS NULL
            ORDER BY m.id DESC
            LIMIT 50
        ) AS message
    ) AS messages
FROM threads AS h
WHERE h.id = here.id
