-- change_project: the changed project; a new status notifies the users in told ($1 actor, $2 project, $3 manager, $4 version or NULL, $5 changed fields as JSON, $6 told)
WITH old AS (
    SELECT p AS project
    FROM projects AS p
    WHERE p.id = $2
      AND p.manager_id = $3
      AND p.deleted_at IS NULL
      AND ($4::integer IS NULL OR p.version = $4::integer)
    FOR NO KEY UPDATE
),
changed AS (
    UPDATE projects AS p
    SET
        manager_id = n.manager_id,
        starts_on = n.starts_on,
        due_on = n.due_on,
        status = n.status,
        priority = n.priority,
        budget = n.budget,
        name = n.name,
        description = n.description,
        updated_at = now(),
        version = p.version + 1
    FROM old AS o
    CROSS JOIN LATERAL jsonb_populate_record(o.project, $5::jsonb) AS n
    WHERE p.id = (o.project).id
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
        p.updated_at,
        (o.project).status AS old_status,
        (o.project).manager_id AS old_manager_id,
        field_changes(to_jsonb(o.project), $5::jsonb) AS changes
),
recorded AS (
    INSERT INTO activity (actor_id, project_id, entity, entity_id, action, title, changes)
    SELECT
        $1::bigint,
        c.id,
        'project',
        c.id,
        CASE
            WHEN c.status = 'completed' AND c.old_status <> 'completed' THEN 'completed'
            WHEN c.status <> 'completed' AND c.old_status = 'completed' THEN 'reopened'
            WHEN c.status <> c.old_status THEN 'moved'
            ELSE 'changed'
        END,
        c.name,
        c.changes
    FROM changed AS c
    WHERE c.changes IS NOT NULL
),
told AS (
    INSERT INTO notifications (user_id, project_id, kind, body)
    SELECT r.user_id, c.id, 'project', 'The project ' || c.name || ' is now ' || replace(c.status, '_', ' ') || '.'
    FROM changed AS c
    CROSS JOIN LATERAL who_sees($6::bigint[], c.id) AS r
    WHERE c.status <> c.old_status
    UNION ALL
    SELECT c.manager_id, c.id, 'member_added', 'You lead the project ' || c.name || '.'
    FROM changed AS c
    WHERE c.manager_id <> c.old_manager_id
      AND c.manager_id <> $1::bigint
)
SELECT row_to_json(r) AS body
FROM (
    SELECT
        c.id,
        c.version,
        c.client_id,
        c.manager_id,
        c.name,
        c.description,
        c.status,
        c.priority,
        c.starts_on,
        c.due_on,
        c.budget,
        c.created_at,
        c.updated_at
    FROM changed AS c
) AS r;
