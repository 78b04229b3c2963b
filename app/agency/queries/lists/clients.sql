-- clients: the companies that a caller sees: all for staff, their own for users of a client
-- from
clients AS c
-- id
c.id
-- listed
c.archived_at IS NULL
-- visible
caller.role <> 'client' OR c.id = caller.client_id
-- filter text
c.search @@ websearch_to_tsquery('simple', $value::text)
-- sort name
c.name::text, c.id::bigint
-- sort id
c.id::bigint
-- item
SELECT
    c.id,
    c.name,
    c.industry,
    (SELECT count(*) FROM projects AS p WHERE p.client_id = c.id AND p.deleted_at IS NULL) AS project_count,
    c.updated_at,
    c.version
FROM clients AS c
WHERE c.id = here.id
-- entity
SELECT
    c.id,
    c.name,
    c.industry,
    (SELECT count(*) FROM projects AS p WHERE p.client_id = c.id AND p.deleted_at IS NULL) AS project_count,
    c.updated_at,
    c.version,
    c.created_at,
    c.archived_at,
    (
        SELECT coalesce(json_agg(row_to_json(person)), '[]')
        FROM (
            SELECT u.id, u.name, u.email
            FROM users AS u
            WHERE u.client_id = c.id
              AND u.deactivated_at IS NULL
            ORDER BY u.id
            LIMIT 50
        ) AS person
    ) AS people,
    (
        SELECT coalesce(json_agg(row_to_json(project)), '[]')
        FROM (
            SELECT p.id, p.name, p.status, p.due_on
            FROM projects AS p
            WHERE p.client_id = c.id
              AND p.deleted_at IS NULL
              AND $sees(p.id)
            ORDER BY p.due_on DESC, p.id DESC
            LIMIT 20
        ) AS project
    ) AS projects
FROM clients AS c
WHERE c.id = here.id
