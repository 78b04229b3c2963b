-- client_for_change: the facts for a change of a client, with the projects that show its name ($1 token hash, $2 client)
SELECT
    caller.user_id,
    caller.role,
    company.id,
    company.version,
    company.projects,
    company.managers
FROM callers AS caller
LEFT JOIN LATERAL (
    SELECT
        c.id,
        c.version,
        ARRAY(SELECT p.id FROM projects AS p WHERE p.client_id = c.id) AS projects,
        ARRAY(SELECT DISTINCT p.manager_id FROM projects AS p WHERE p.client_id = c.id) AS managers
    FROM clients AS c
    WHERE c.id = $2
      AND (caller.role <> 'client' OR c.id = caller.client_id)
) AS company ON true
WHERE caller.token_hash = $1;
