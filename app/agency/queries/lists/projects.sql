-- projects: the projects that a caller sees
-- from
projects AS p
-- id
p.id
-- container
p.id
-- where
p.deleted_at IS NULL
-- live
true
-- visible
$sees(p.id)
-- filter client pins
p.client_id = $value::bigint
-- filter manager pins
p.manager_id = $value::bigint
-- filter member pins
p.id IN (SELECT m.project_id FROM project_members AS m WHERE m.user_id = $value::bigint)
-- filter status
p.status = $value::text
-- filter priority
p.priority = $value::text
-- filter due_from
p.due_on >= $value::date
-- filter due_to
p.due_on <= $value::date
-- filter text pins
p.search @@ websearch_to_tsquery('english', $value::text)
-- sort due_on
p.due_on::date, p.id::bigint
-- sort priority
p.priority_rank::smallint, p.due_on::date, p.id::bigint
-- sort name
p.name::text, p.id::bigint
-- sort budget
p.budget::numeric, p.id::bigint
-- sort updated_at
p.updated_at::timestamptz, p.id::bigint
-- sort id
p.id::bigint
-- item
SELECT
    p.id,
    p.name,
    p.status,
    p.priority,
    p.starts_on,
    p.due_on,
    p.budget,
    (SELECT row_to_json(c) FROM (SELECT c.id, c.name FROM clients AS c WHERE c.id = p.client_id) AS c) AS client,
    (SELECT row_to_json(u) FROM (SELECT u.id, u.name FROM users AS u WHERE u.id = p.manager_id) AS u) AS manager,
    p.updated_at,
    p.version
FROM projects AS p
WHERE p.id = here.id
