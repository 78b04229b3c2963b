-- projects: projects by their names and descriptions
-- table
projects AS p
-- language
english
-- title
p.name
-- live
p.deleted_at IS NULL
-- everything for
caller.role = 'admin'
-- otherwise
$seen JOIN projects AS p ON p.id = seen.id
-- whose
caller.role <> 'admin'
-- shown
p.name,
p.status,
p.priority,
p.due_on,
(SELECT row_to_json(c) FROM (SELECT c.id, c.name FROM clients AS c WHERE c.id = p.client_id) AS c) AS client,
page.score,
$highlight(p.name) AS highlight,
$excerpt(p.description) AS excerpt
