-- project: one project's page for a caller, with the keys that open it ($1 token hash, $2 project)
SELECT
    caller.user_id || ' ' || caller.key AS caller,
    caller.seconds_left,
    opened.audience,
    page.body
FROM callers AS caller
LEFT JOIN LATERAL (
    SELECT string_agg(k.key, ' ' ORDER BY k.key) AS audience
    FROM project_keys AS k
    WHERE k.project_id = $2
    HAVING bool_or(k.key = caller.key)
) AS opened ON true
LEFT JOIN LATERAL (
    SELECT row_to_json(project) AS body
    FROM (
        SELECT
            p.id,
            p.name,
            p.description,
            p.status,
            p.priority,
            p.starts_on,
            p.due_on,
            p.budget,
            (SELECT row_to_json(c) FROM (SELECT c.id, c.name FROM clients AS c WHERE c.id = p.client_id) AS c)
                AS client,
            (SELECT row_to_json(u) FROM (SELECT u.id, u.name FROM users AS u WHERE u.id = p.manager_id) AS u)
                AS manager,
            (SELECT count(*) FROM project_members AS m WHERE m.project_id = p.id) AS member_count,
            (
                SELECT row_to_json(n)
                FROM (
                    SELECT
                        count(*) AS total,
                        count(*) FILTER (WHERE t.status = 'todo') AS todo,
                        count(*) FILTER (WHERE t.status = 'in_progress') AS in_progress,
                        count(*) FILTER (WHERE t.status = 'blocked') AS blocked,
                        count(*) FILTER (WHERE t.status = 'review') AS review,
                        count(*) FILTER (WHERE t.status = 'done') AS done
                    FROM tasks AS t
                    WHERE t.project_id = p.id
                      AND t.deleted_at IS NULL
                ) AS n
            ) AS tasks,
            p.created_at,
            p.updated_at,
            p.version
        FROM projects AS p
        WHERE p.id = $2
          AND opened.audience IS NOT NULL
    ) AS project
) AS page ON true
WHERE caller.token_hash = $1;
