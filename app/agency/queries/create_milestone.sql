-- create_milestone: a new milestone of a project ($1 actor, $2 idempotency key, $3 request hash, $4 project, $5 fields as JSON)
WITH project AS (
    -- Locked until the commit: it is not deleted while the milestone is created.
    SELECT p.id
    FROM projects AS p
    WHERE p.id = $4
      AND p.deleted_at IS NULL
    FOR SHARE
),
made AS (
    INSERT INTO milestones AS m (project_id, due_on, name, description)
    SELECT p.id, n.due_on, n.name, n.description
    FROM project AS p
    CROSS JOIN jsonb_populate_record(NULL::milestones, $5::jsonb) AS n
    RETURNING
        m.id,
        m.version,
        m.project_id,
        m.name,
        m.description,
        m.due_on,
        m.completed_at,
        m.created_at,
        m.updated_at
),
recorded AS (
    INSERT INTO activity (actor_id, project_id, entity, entity_id, action, title)
    SELECT $1::bigint, m.project_id, 'milestone', m.id, 'created', m.name
    FROM made AS m
),
answer AS (
    SELECT row_to_json(r) AS body
    FROM (
        SELECT
            m.id,
            m.version,
            m.project_id,
            m.name,
            m.description,
            m.due_on,
            m.completed_at,
            m.created_at,
            m.updated_at
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
