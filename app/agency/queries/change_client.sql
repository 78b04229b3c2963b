-- change_client: the changed client, archived or active again if requested ($1 actor, $2 client, $3 version or NULL, $4 changed fields as JSON)
WITH old AS (
    SELECT c AS company
    FROM clients AS c
    WHERE c.id = $2
      AND ($3::integer IS NULL OR c.version = $3::integer)
    FOR NO KEY UPDATE
),
changed AS (
    UPDATE clients AS c
    SET
        name = n.name,
        industry = n.industry,
        archived_at = CASE ($4::jsonb ->> 'archived')::boolean
            WHEN true THEN coalesce(c.archived_at, now())
            WHEN false THEN NULL
            ELSE c.archived_at
        END,
        updated_at = now(),
        version = c.version + 1
    FROM old AS o
    CROSS JOIN LATERAL jsonb_populate_record(o.company, $4::jsonb) AS n
    WHERE c.id = (o.company).id
    RETURNING
        c.id,
        c.version,
        c.name,
        c.industry,
        c.created_at,
        c.updated_at,
        c.archived_at,
        (o.company).archived_at AS old_archived_at,
        field_changes(to_jsonb(o.company), $4::jsonb) AS changes
),
recorded AS (
    INSERT INTO activity (actor_id, entity, entity_id, action, title, changes)
    SELECT
        $1::bigint,
        'client',
        c.id,
        CASE
            WHEN c.archived_at IS NOT NULL AND c.old_archived_at IS NULL THEN 'deleted'
            WHEN c.archived_at IS NULL AND c.old_archived_at IS NOT NULL THEN 'reopened'
            ELSE 'changed'
        END,
        c.name,
        c.changes
    FROM changed AS c
    WHERE c.changes IS NOT NULL
       OR c.archived_at IS DISTINCT FROM c.old_archived_at
)
SELECT row_to_json(r) AS body
FROM (
    SELECT
        c.id,
        c.version,
        c.name,
        c.industry,
        c.created_at,
        c.updated_at,
        c.archived_at
    FROM changed AS c
) AS r;
