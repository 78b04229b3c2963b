-- change_milestone: the changed milestone, completed or reopened if requested ($1 actor, $2 milestone, $3 version or NULL, $4 changed fields as JSON)
WITH old AS (
    SELECT m AS milestone
    FROM milestones AS m
    WHERE m.id = $2
      AND m.deleted_at IS NULL
      AND ($3::integer IS NULL OR m.version = $3::integer)
    FOR NO KEY UPDATE
),
changed AS (
    UPDATE milestones AS m
    SET
        due_on = n.due_on,
        name = n.name,
        description = n.description,
        completed_at = CASE ($4::jsonb ->> 'completed')::boolean
            WHEN true THEN coalesce(m.completed_at, now())
            WHEN false THEN NULL
            ELSE m.completed_at
        END,
        updated_at = now(),
        version = m.version + 1
    FROM old AS o
    CROSS JOIN LATERAL jsonb_populate_record(o.milestone, $4::jsonb) AS n
    WHERE m.id = (o.milestone).id
    RETURNING
        m.id,
        m.version,
        m.project_id,
        m.name,
        m.description,
        m.due_on,
        m.completed_at,
        m.created_at,
        m.updated_at,
        (o.milestone).completed_at AS old_completed_at,
        field_changes(to_jsonb(o.milestone), $4::jsonb) AS changes
),
recorded AS (
    INSERT INTO activity (actor_id, project_id, entity, entity_id, action, title, changes)
    SELECT
        $1::bigint,
        c.project_id,
        'milestone',
        c.id,
        CASE
            WHEN c.completed_at IS NOT NULL AND c.old_completed_at IS NULL THEN 'completed'
            WHEN c.completed_at IS NULL AND c.old_completed_at IS NOT NULL THEN 'reopened'
            ELSE 'changed'
        END,
        c.name,
        c.changes
    FROM changed AS c
    WHERE c.changes IS NOT NULL
       OR c.completed_at IS DISTINCT FROM c.old_completed_at
)
SELECT row_to_json(r) AS body
FROM (
    SELECT
        c.id,
        c.version,
        c.project_id,
        c.name,
        c.description,
        c.due_on,
        c.completed_at,
        c.created_at,
        c.updated_at
    FROM changed AS c
) AS r;
