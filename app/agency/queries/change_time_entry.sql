-- change_time_entry: the corrected time entry, if it is still in that project ($1 actor, $2 time entry, $3 project, $4 version or NULL, $5 changed fields as JSON)
WITH old AS (
    SELECT e AS entry
    FROM time_entries AS e
    WHERE e.id = $2
      AND e.project_id = $3
      AND e.deleted_at IS NULL
      AND ($4::integer IS NULL OR e.version = $4::integer)
    FOR NO KEY UPDATE
),
changed AS (
    UPDATE time_entries AS e
    SET
        task_id = n.task_id,
        entry_date = n.entry_date,
        minutes = n.minutes,
        billable = n.billable,
        note = n.note,
        updated_at = now(),
        version = e.version + 1
    FROM old AS o
    CROSS JOIN LATERAL jsonb_populate_record(o.entry, $5::jsonb) AS n
    WHERE e.id = (o.entry).id
    RETURNING
        e.id,
        e.version,
        e.user_id,
        e.project_id,
        e.task_id,
        e.entry_date,
        e.minutes,
        e.billable,
        e.hourly_rate,
        e.note,
        e.updated_at,
        field_changes(to_jsonb(o.entry), $5::jsonb) AS changes
),
recorded AS (
    INSERT INTO activity (actor_id, project_id, entity, entity_id, action, title, changes)
    SELECT $1::bigint, c.project_id, 'time_entry', c.id, 'changed', c.minutes || ' minutes', c.changes
    FROM changed AS c
    WHERE c.changes IS NOT NULL
)
SELECT row_to_json(r) AS body
FROM (
    SELECT
        c.id,
        c.version,
        c.user_id,
        c.project_id,
        c.task_id,
        c.entry_date,
        c.minutes,
        c.billable,
        c.hourly_rate,
        c.note,
        c.updated_at
    FROM changed AS c
) AS r;
