-- counts_projects: the projects that a caller sees, by status ($1 token hash)
SELECT
    caller.user_id || ' ' || caller.key AS caller,
    caller.seconds_left,
    (
        SELECT row_to_json(n)
        FROM (
            SELECT
                count(*) AS total,
                count(*) FILTER (WHERE p.status = 'planned') AS planned,
                count(*) FILTER (WHERE p.status = 'active') AS active,
                count(*) FILTER (WHERE p.status = 'on_hold') AS on_hold,
                count(*) FILTER (WHERE p.status = 'completed') AS completed,
                count(*) FILTER (WHERE p.status = 'cancelled') AS cancelled
            FROM seen_projects(caller.user_id, caller.client_id, caller.role) AS seen
            JOIN projects AS p ON p.id = seen.project_id
        ) AS n
    ) AS body
FROM callers AS caller
WHERE caller.token_hash = $1;
