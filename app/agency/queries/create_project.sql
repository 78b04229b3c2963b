-- create_project: a new project of a client, if client and manager may have one ($1 actor, $2 idempotency key, $3 request hash, $4 fields as JSON)
WITH made AS (
    INSERT INTO projects AS p (client_id, manager_id, starts_on, due_on, status, priority, budget, name, description)
    SELECT
        c.id,
        u.id,
        n.starts_on,
        n.due_on,
        n.status,
        n.priority,
        n.budget,
        n.name,
        n.description
    FROM jsonb_populate_record(NULL::projects, $4::jsonb) AS n
    JOIN clients AS c ON c.id = n.client_id AND c.archived_at IS NULL
    JOIN users AS u
        ON u.id = n.manager_id
        AND u.role IN ('admin', 'project_manager')
        AND u.deactivated_at IS NULL
    RETURNING
        p.id,
        p.version,
        p.client_id,
        p.manager_id,
        p.name,
        p.description,
        p.status,
        p.priority,
        p.starts_on,
        p.due_on,
        p.budget,
        p.created_at,
        p.updated_at
),
recorded AS (
    INSERT INTO activity (actor_id, project_id, entity, entity_id, action, title)
    SELECT $1::bigint, m.id, 'project', m.id, 'created', m.name
    FROM made AS m
),
told AS (
    INSERT INTO notifications (user_id, project_id, kind, body)
    SELECT m.manager_id, m.id, 'member_added', 'You lead the project ' || m.name || '.'
    FROM made AS m
    WHERE m.manager_id <> $1::bigint
),
answer AS (
    SELECT row_to_json(r) AS body
    FROM (
        SELECT
            m.id,
            m.version,
            m.client_id,
            m.manager_id,
            m.name,
            m.description,
            m.status,
            m.priority,
            m.starts_on,
            m.due_on,
            m.budget,
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
