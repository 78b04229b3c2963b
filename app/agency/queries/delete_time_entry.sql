-- delete_time_entry: deletes a time entry ($1 actor, $2 time entry, $3 project, $4 version or NULL)
WITH deleted AS (
    UPDATE time_entries AS e
    SET
        deleted_at = now(),
        updated_at = now(),
        version = e.version + 1
    WHERE e.id = $2
      AND e.project_id = $3
      AND e.deleted_at IS NULL
      AND ($4::integer IS NULL OR e.version = $4::integer)
    RETURNING
        e.id,
        e.project_id,
        e.minutes
),
recorded AS (
    INSERT INTO activity (actor_id, project_id, entity, entity_id, action, title)
    SELECT $1::bigint, d.project_id, 'time_entry', d.id, 'deleted', d.minutes || ' minutes'
    FROM deleted AS d
)
SELECT d.id
FROM deleted AS d;
