-- milestones: the milestones of the projects that a caller sees
-- from
milestones AS s
-- id
s.id
-- container
s.project_id
-- where
s.deleted_at IS NULL
-- live
true
-- visible
$sees(s.project_id)
-- filter project opens
s.project_id = $value::bigint
AND EXISTS (SELECT FROM project_keys AS k WHERE k.project_id = $value::bigint AND k.key = caller.key)
-- filter open is true
s.completed_at IS NULL
-- filter open is false
s.completed_at IS NOT NULL
-- filter due_from
s.due_on >= $value::date
-- filter due_to
s.due_on <= $value::date
-- sort due_on with project open=true
s.due_on::date, s.id::bigint
-- item
SELECT
    s.id,
    s.project_id,
    s.name,
    s.description,
    s.due_on,
    s.completed_at,
    (SELECT count(*) FROM tasks AS t WHERE t.milestone_id = s.id AND t.deleted_at IS NULL) AS task_count,
    (
        SELECT count(*)
        FROM tasks AS t
        WHERE t.milestone_id = s.id
          AND t.deleted_at IS NULL
          AND t.completed_at IS NOT NULL
    ) AS done_count,
    s.updated_at,
    s.version
FROM milestones AS s
WHERE s.id = here.id
-- entity
SELECT
    s.id,
    s.project_id,
    s.name,
    s.description,
    s.due_on,
    s.completed_at,
    (SELECT count(*) FROM tasks AS t WHERE t.milestone_id = s.id AND t.deleted_at IS NULL) AS task_count,
    (
        SELECT count(*)
        FROM tasks AS t
        WHERE t.milestone_id = s.id
          AND t.deleted_at IS NULL
          AND t.completed_at IS NOT NULL
    ) AS done_count,
    s.updated_at,
    s.version,
    s.created_at,
    (SELECT row_to_json(p) FROM (SELECT p.id, p.name FROM projects AS p WHERE p.id = s.project_id) AS p)
        AS project
FROM milestones AS s
WHERE s.id = here.id
