-- read_notifications: marks these notifications as read, or all up to one; returns how many are left ($1 actor, $2 idempotency key, $3 request hash, $4 ids, $5 up to this id or NULL)
WITH unread AS (
    SELECT
        n.id,
        n.id = ANY ($4::bigint[]) OR coalesce(n.id <= $5::bigint, false) AS chosen
    FROM notifications AS n
    WHERE n.user_id = $1::bigint
      AND n.read_at IS NULL
),
marked AS (
    UPDATE notifications AS n
    SET read_at = now()
    FROM unread AS u
    WHERE n.id = u.id
      AND u.chosen
      AND n.read_at IS NULL
    RETURNING n.id
),
answer AS (
    SELECT row_to_json(r) AS body
    FROM (
        SELECT
            (SELECT count(*) FROM marked) AS read_count,
            (SELECT count(*) FROM unread AS u WHERE NOT u.chosen) AS unread_count
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
