-- create_user: a new user ($1 actor, $2 idempotency key, $3 request hash, $4 fields as JSON)
WITH made AS (
    INSERT INTO users AS u (client_id, role, time_zone, email, name, weekly_minutes, hourly_rate)
    SELECT
        n.client_id,
        n.role,
        n.time_zone,
        n.email,
        n.name,
        n.weekly_minutes,
        n.hourly_rate
    FROM jsonb_populate_record(NULL::users, $4::jsonb) AS n
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
recorded AS (
    INSERT INTO activity (actor_id, entity, entity_id, action, title)
    SELECT $1::bigint, 'user', m.id, 'created', m.name
    FROM made AS m
),
answer AS (
    SELECT row_to_json(r) AS body
    FROM (
        SELECT
            m.id,
            m.version,
            m.client_id,
            m.role,
            m.name,
            m.email,
            m.time_zone,
            m.weekly_minutes,
            m.hourly_rate,
            m.created_at,
            m.updated_at,
            m.deactivated_at
        FROM made AS m
    ) AS r
),
kept AS (
    INSERT INTO idempotency_keys (user_id, key, request_hash, status, body)
    SELECT $1::bigint, $2::text, $3::bytea, 201, a.body
    FROM answer AS a
    WHERE $2::text IS NOT NULL
)
SELECT a.body
FROM answer AS a;
