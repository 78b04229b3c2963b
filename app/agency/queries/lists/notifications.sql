-- notifications: the caller's notifications, unread first, then the newest
-- from
notifications AS n
-- id
n.id
-- where
n.user_id = caller.user_id
AND (n.project_id IS NULL OR $sees(n.project_id))
-- filter unread is true
n.read_at IS NULL
-- filter unread is false
n.read_at IS NOT NULL
-- filter kind
n.kind = $value::text
-- sort unread
(n.read_at IS NULL)::boolean, n.id::bigint
-- item
SELECT
    n.id,
    n.kind,
    n.body,
    n.project_id,
    n.created_at,
    n.read_at
FROM notifications AS n
WHERE n.id = here.id
