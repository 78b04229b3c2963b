-- delete_project: 'deleted': the project is deleted with its tasks and milestones, and its notifications are marked as read; 'billed': it stays, because it has sent or paid invoices ($1 actor, $2 project, $3 version or NULL)
WITH billed AS (
    SELECT
    FROM invoices AS i
    WHERE i.project_id = $2
      AND i.status IN ('sent', 'paid')
    LIMIT 1
),
deleted AS (
    UPDATE projects AS p
    SET
        deleted_at = now(),
        updated_at = now(),
        version = p.version + 1
    WHERE p.id = $2
      AND p.deleted_at IS NULL
      AND ($3::integer IS NULL OR p.version = $3::integer)
      AND NOT EXISTS (SELECT FROM billed)
    RETURNING
        p.id,
        p.name,
        p.deleted_at
),
its_tasks AS (
    UPDATE tasks AS t
    SET
        deleted_at = d.deleted_at,
        updated_at = now(),
        version = t.version + 1
    FROM deleted AS d
    WHERE t.project_id = d.id
      AND t.deleted_at IS NULL
),
its_milestones AS (
    UPDATE milestones AS m
    SET
        deleted_at = d.deleted_at,
        updated_at = now(),
        version = m.version + 1
    FROM deleted AS d
    WHERE m.project_id = d.id
      AND m.deleted_at IS NULL
),
read AS (
    UPDATE notifications AS n
    SET read_at = d.deleted_at
    FROM deleted AS d
    WHERE n.project_id = d.id
      AND n.read_at IS NULL
),
recorded AS (
    INSERT INTO activity (actor_id, project_id, entity, entity_id, action, title)
    SELECT $1::bigint, d.id, 'project', d.id, 'deleted', d.name
    FROM deleted AS d
)
SELECT 'deleted'
FROM deleted
UNION ALL
SELECT 'billed'
FROM billed;
