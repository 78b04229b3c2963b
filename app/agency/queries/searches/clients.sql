-- clients: clients by their names and industries
-- table
clients AS c
-- language
simple
-- title
c.name
-- live
c.archived_at IS NULL
-- everything for
caller.role <> 'client'
-- otherwise
clients AS c
-- whose
caller.role = 'client'
AND c.id = caller.client_id
-- shown
c.name,
c.industry,
page.score,
$highlight(c.name) AS highlight
