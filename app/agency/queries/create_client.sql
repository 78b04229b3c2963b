-- create_client: a new client ($1 actor, $2 idempotency key, $3 request hash, $4 fields as JSON)
WITH made AS (
    INSERT INTO clients AS c (name, industry)
    SELECT n.name, n.industry
    FROM jsonb_populate_record(NULL::clients, $4::jsonb) AS n
    RETURNING
        c.id,
        c.version,
        c.name,
        c.industry,
        c.created_at,
        c.updated_at,
        c.archived_at
),
recorded AS (
    INSERT INTO activity (actor_id, entity, entity_id, action, title)
    SELECT $1::bigint, 'client', m.id, 'created', m.name
    FROM made AS m
),
answer AS (
    SELECT row_to_json(r) AS body
    FROM (
        SELECT
            m.id,
            m.version,
            m.name,
            m.industry,
            m.created_at,
            m.updated_at,
            m.archived_at
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
