-- tasks: tasks by their titles and descriptions
-- table
tasks AS t
-- language
english
-- title
t.title
-- live
t.deleted_at IS NULL
-- everything for
caller.role = 'admin'
-- otherwise
$seen JOIN tasks AS t ON t.project_id = seen.id
-- whose
caller.role <> 'admin'
-- shown
t.title,
t.status,
t.priority,
t.due_on,
(SELECT row_to_json(p) FROM (SELECT p.id, p.name FROM projects AS p WHERE p.id = t.project_id) AS p) AS project,
(SELECT row_to_json(u) FROM (SELECT u.id, u.name FROM users AS u WHERE u.id = t.assignee_id) AS u) AS assignee,
page.score,
$highlight(t.title) AS highlight,
$excerpt(t.description) AS excerpt
