-- add_member: adds a user to a project and notifies them, unless they already are a member ($1 actor, $2 idempotency key, $3 request hash, $4 project, $5 user)
WITH added AS (
    INSERT INTO project_members AS m (project_id, user_id)
    SELECT p.id, $5::bigint
    FROM projects AS p
    WHERE p.id = $4
      AND p.deleted_at IS NULL
    ON CONFLICT DO NOTHING
    RETURNING
        m.project_id,
        m.user_id,
        m.joined_at
),
recorded AS (
    INSERT INTO activity (actor_id, project_id, entity, entity_id, action, title)
    SELECT $1::bigint, a.project_id, 'member', a.user_id, 'created', u.name
    FROM added AS a
    JOIN users AS u ON u.id = a.user_id
),
told AS (
    INSERT INTO notifications (user_id, project_id, kind, body)
    SELECT a.user_id, a.project_id, 'member_added', 'You are a member of the project ' || p.name || '.'
    FROM added AS a
    JOIN projects AS p ON p.id = a.project_id
    WHERE a.user_id <> $1::bigint
),
answer AS (
    SELECT row_to_json(r) AS body
    FROM (
        SELECT
            a.project_id,
            a.user_id,
            a.joined_at
        FROM added AS a
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
