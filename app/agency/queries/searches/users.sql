-- users: active users by their names and addresses; users of a client find their own people and those they work with
-- table
users AS u
-- language
simple
-- title
u.name
-- live
u.deactivated_at IS NULL
-- everything for
caller.role <> 'client'
-- otherwise
users AS u
-- whose
caller.role = 'client'
AND u.id IN (
    SELECT ours.id
    FROM users AS ours
    WHERE ours.client_id = caller.client_id
    UNION ALL
    SELECT p.manager_id
    FROM seen_projects(caller.user_id, caller.client_id, 'client') AS s
    JOIN projects AS p ON p.id = s.project_id
    UNION ALL
    SELECT m.user_id
    FROM seen_projects(caller.user_id, caller.client_id, 'client') AS s
    JOIN project_members AS m ON m.project_id = s.project_id
)
-- shown
u.name,
u.email,
u.role,
page.score,
$highlight(u.name) AS highlight
