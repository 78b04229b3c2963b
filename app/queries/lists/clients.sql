-- clients: the companies that a caller may know: all for the staff, their own for a client's people
-- from
clients AS c
-- id
c.id
-- where
c.archived_at IS NULL
-- visible
caller.role <> 'client' OR c.id = caller.client_id
-- filter text
c.search @@ websearch_to_tsquery('simple', $value::text)
-- sort name
c.name::text, c.id::bigint
-- sort id
c.id::bigint
-- item
SELECT
    c.id,
    c.name,
    c.industry,
    (SELECT count(*) FROM projects AS p WHERE p.client_id = c.id AND p.deleted_at IS NULL) AS project_count,
    c.updated_at,
    c.version
FROM clients AS c
WHERE c.id = here.id
