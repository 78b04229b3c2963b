-- tasks: the tasks that a caller sees
-- from
tasks AS t
-- id
t.id
-- container
t.project_id
-- where
t.deleted_at IS NULL
-- live
true
-- visible
$sees(t.project_id)
-- filter project opens
t.project_id = $value::bigint
AND EXISTS (SELECT FROM project_keys AS k WHERE k.project_id = $value::bigint AND k.key = caller.key)
-- filter assignee pins
t.assignee_id = $value::bigint
-- filter milestone pins
t.milestone_id = $value::bigint
-- filter open is true
t.completed_at IS NULL
-- filter open is false
t.completed_at IS NOT NULL
-- filter unassigned is true
t.assignee_id IS NULL
-- filter unassigned is false
t.assignee_id IS NOT NULL
-- filter status is done
t.status = 'done' AND t.completed_at IS NOT NULL
-- filter status
t.status = $value::text AND t.completed_at IS NULL
-- filter priority
t.priority = $value::text
-- filter due_from
t.due_on >= $value::date
-- filter due_to
t.due_on <= $value::date
-- sort due_on
t.due_on::date, t.id::bigint
-- sort priority with open=true status
t.priority_rank::smallint, t.due_on::date, t.id::bigint
-- sort completed_at with open=false status=done
t.completed_at::timestamptz, t.id::bigint
-- item
SELECT
    t.id,
    t.project_id,
    t.milestone_id,
    t.title,
    t.status,
    t.priority,
    t.due_on,
    t.estimate_minutes,
    (SELECT row_to_json(u) FROM (SELECT u.id, u.name FROM users AS u WHERE u.id = t.assignee_id) AS u)
        AS assignee,
    t.completed_at,
    t.updated_at,
    t.version
FROM tasks AS t
WHERE t.id = here.id
-- entity
SELECT
    t.id,
    t.project_id,
    t.milestone_id,
    t.title,
    t.status,
    t.priority,
    t.due_on,
    t.estimate_minutes,
    (SELECT row_to_json(u) FROM (SELECT u.id, u.name FROM users AS u WHERE u.id = t.assignee_id) AS u)
        AS assignee,
    t.completed_at,
    t.updated_at,
    t.version,
    t.description,
    t.created_at,
    (SELECT row_to_json(p) FROM (SELECT p.id, p.name FROM projects AS p WHERE p.id = t.project_id) AS p)
        AS project,
    (SELECT row_to_json(s) FROM (SELECT s.id, s.name FROM milestones AS s WHERE s.id = t.milestone_id) AS s)
        AS milestone,
    (SELECT count(*) FROM comments AS o WHERE o.task_id = t.id AND o.deleted_at IS NULL) AS comment_count,
    (
        SELECT coalesce(sum(e.minutes), 0)
        FROM time_entries AS e
        WHERE e.task_id = t.id
          AND e.deleted_at IS NULL
    ) AS minutes
FROM tasks AS t
WHERE t.id = here.id
