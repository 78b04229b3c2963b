-- set_user_active: reactivates a user, or deactivates one and revokes all their tokens; returns the user ($1 actor, $2 idempotency key, $3 request hash, $4 user, $5 version or NULL, $6 active)
WITH actor AS (
    -- Locked, so that two admins who deactivate each other do it one after the other.
    SELECT a.id
    FROM users AS a
    WHERE a.id = $1::bigint
      AND a.role = 'admin'
      AND a.deactivated_at IS NULL
    FOR SHARE
),
changed AS (
    UPDATE users AS u
    SET
        deactivated_at = CASE WHEN NOT $6::boolean THEN coalesce(u.deactivated_at, now()) END,
        updated_at = now(),
        version = u.version + 1
    WHERE u.id = $4
      AND ($5::integer IS NULL OR u.version = $5::integer)
      AND EXISTS (SELECT FROM actor)
    RETURNING
        u.id,
        u.version,
        u.client_id,
        u.role,
        u.name,
        u.email,
        u.time_zone,
        u.weekly_minutes,
        u.hourly_rate,
        u.created_at,
        u.updated_at,
        u.deactivated_at
),
revoked AS (
    UPDATE api_tokens AS t
    SET revoked_at = now()
    FROM changed AS c
    WHERE NOT $6::boolean
      AND t.user_id = c.id
      AND t.revoked_at IS NULL
),
recorded AS (
    INSERT INTO activity (actor_id, entity, entity_id, action, title)
    SELECT $1::bigint, 'user', c.id, CASE WHEN $6::boolean THEN 'reopened' ELSE 'deleted' END, c.name
    FROM changed AS c
),
answer AS (
    SELECT row_to_json(r) AS body
    FROM (
        SELECT
            c.id,
            c.version,
            c.client_id,
            c.role,
            c.name,
            c.email,
            c.time_zone,
            c.weekly_minutes,
            c.hourly_rate,
            c.created_at,
            c.updated_at,
            c.deactivated_at
        FROM changed AS c
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
