-- delete_milestone: deletes a milestone; its tasks stay, without one ($1 actor, $2 milestone, $3 version or NULL)
WITH deleted AS (
    UPDATE milestones AS m
    SET
        deleted_at = now(),
        updated_at = now(),
        version = m.version + 1
    WHERE m.id = $2
      AND m.deleted_at IS NULL
      AND ($3::integer IS NULL OR m.version = $3::integer)
    RETURNING
        m.id,
        m.project_id,
        m.name
),
freed AS (
    UPDATE tasks AS t
    SET
        milestone_id = NULL,
        updated_at = now(),
        version = t.version + 1
    FROM deleted AS d
    WHERE t.milestone_id = d.id
      AND t.deleted_at IS NULL
),
recorded AS (
    INSERT INTO activity (actor_id, project_id, entity, entity_id, action, title)
    SELECT $1::bigint, d.project_id, 'milestone', d.id, 'deleted', d.name
    FROM deleted AS d
)
SELECT d.id
FROM deleted AS d;
