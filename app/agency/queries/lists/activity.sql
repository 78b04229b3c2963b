-- activity: the activity in the projects that a caller sees; about money only if visible; admins also see the rest
-- from
activity AS a
-- id
a.id
-- container
a.project_id
-- where
(caller.role IN ('admin', 'project_manager')
    OR a.entity IN ('project', 'milestone', 'task', 'comment', 'thread', 'message')
    OR (caller.role = 'team_member' AND a.entity = 'member'))
-- live
(a.project_id IS NULL
    OR EXISTS (SELECT FROM projects AS p WHERE p.id = a.project_id AND p.deleted_at IS NULL OFFSET 0))
-- visible
CASE
    WHEN a.project_id IS NULL THEN caller.role = 'admin'
    ELSE $sees(a.project_id)
END
-- filter project opens
a.project_id = $value::bigint
AND EXISTS (SELECT FROM project_keys AS k WHERE k.project_id = $value::bigint AND k.key = caller.key)
-- filter actor pins
a.actor_id = $value::bigint
-- filter task pins
a.entity = 'task' AND a.entity_id = $value::bigint
-- filter invoice pins
a.entity = 'invoice' AND a.entity_id = $value::bigint
-- filter client pins
a.entity = 'client' AND a.entity_id = $value::bigint
-- sort id
a.id::bigint
-- item
SELECT
    a.id,
    (SELECT row_to_json(u) FROM (SELECT u.id, u.name FROM users AS u WHERE u.id = a.actor_id) AS u) AS actor,
    a.project_id,
    a.entity,
    a.entity_id,
    a.action,
    a.title,
    a.changes,
    a.created_at
FROM activity AS a
WHERE a.id = here.id
