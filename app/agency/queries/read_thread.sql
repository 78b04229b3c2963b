-- read_thread: marks a thread as read up to a message, or all of it ($1 actor, $2 idempotency key, $3 request hash, $4 thread, $5 message or NULL)
WITH marked AS (
    UPDATE thread_participants AS t
    SET first_unread_id = CASE
        WHEN $5::bigint IS NOT NULL THEN (
            SELECT min(m.id)
            FROM messages AS m
            WHERE m.thread_id = t.thread_id
              AND m.id > $5::bigint
              AND m.author_id <> t.user_id
              AND m.deleted_at IS NULL
        )
    END
    WHERE t.thread_id = $4
      AND t.user_id = $1::bigint
    RETURNING t.first_unread_id
),
answer AS (
    SELECT row_to_json(r) AS body
    FROM (
        SELECT
            $4::bigint AS thread_id,
            (SELECT m.first_unread_id FROM marked AS m) AS first_unread_id
    ) AS r
),
kept AS (
    INSERT INTO idempotency_keys (user_id, key, request_hash, status, body)
    SELECT $1::bigint, $2::text, $3::bytea, 200, a.body
    FROM answer AS a
    WHERE $2::text IS NOT NULL
)
SELECT a.body
FROM answer AS a;
