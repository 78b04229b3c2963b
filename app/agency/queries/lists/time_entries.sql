-- time_entries: the time spent on the projects that a caller sees
-- from
time_entries AS e
-- id
e.id
-- container
e.project_id
-- where
e.deleted_at IS NULL
-- live
EXISTS (SELECT FROM projects AS p WHERE p.id = e.project_id AND p.deleted_at IS NULL OFFSET 0)
-- visible
$sees(e.project_id)
-- filter project opens
e.project_id = $value::bigint
AND EXISTS (SELECT FROM project_keys AS k WHERE k.project_id = $value::bigint AND k.key = caller.key)
-- filter user pins
e.user_id = $value::bigint
-- filter task pins
e.task_id = $value::bigint
-- filter billable is true
e.billable
-- filter billable is false
NOT e.billable
-- filter from_date
e.entry_date >= $value::date
-- filter to_date
e.entry_date <= $value::date
-- sort entry_date
e.entry_date::date, e.id::bigint
-- sort id with task
e.id::bigint
-- item
SELECT
    e.id,
    e.project_id,
    e.task_id,
    (SELECT row_to_json(u) FROM (SELECT u.id, u.name FROM users AS u WHERE u.id = e.user_id) AS u) AS user,
    e.entry_date,
    e.minutes,
    e.billable,
    CASE WHEN caller.role IN ('admin', 'project_manager') OR e.user_id = caller.user_id THEN e.hourly_rate END
        AS hourly_rate,
    e.note,
    e.version
FROM time_entries AS e
WHERE e.id = here.id
-- entity
SELECT
    e.id,
    e.project_id,
    e.task_id,
    (SELECT row_to_json(u) FROM (SELECT u.id, u.name FROM users AS u WHERE u.id = e.user_id) AS u) AS user,
    e.entry_date,
    e.minutes,
    e.billable,
    CASE WHEN caller.role IN ('admin', 'project_manager') OR e.user_id = caller.user_id THEN e.hourly_rate END
        AS hourly_rate,
    e.note,
    e.version,
    e.created_at,
    e.updated_at,
    (SELECT row_to_json(p) FROM (SELECT p.id, p.name FROM projects AS p WHERE p.id = e.project_id) AS p)
        AS project,
    (SELECT row_to_json(t) FROM (SELECT t.id, t.title AS name FROM tasks AS t WHERE t.id = e.task_id) AS t) AS task
FROM time_entries AS e
WHERE e.id = here.id
