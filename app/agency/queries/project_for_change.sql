-- project_for_change: the facts for a write to a project, with the users it affects ($1 token hash, $2 project)
SELECT
    caller.user_id,
    caller.role,
    project.id,
    project.version,
    project.client_id,
    project.manager_id,
    project.status,
    project.staff,
    project.client_people
FROM callers AS caller
LEFT JOIN LATERAL (
    SELECT
        p.id,
        p.version,
        p.client_id,
        p.manager_id,
        p.status,
        ARRAY(
            SELECT u.id
            FROM (
                SELECT p.manager_id AS user_id
                UNION
                SELECT m.user_id
                FROM project_members AS m
                WHERE m.project_id = p.id
            ) AS s
            JOIN users AS u ON u.id = s.user_id
            WHERE u.deactivated_at IS NULL
        ) AS staff,
        ARRAY(
            SELECT u.id
            FROM users AS u
            WHERE u.client_id = p.client_id
              AND u.deactivated_at IS NULL
        ) AS client_people
    FROM projects AS p
    WHERE p.id = $2
      AND EXISTS (
          SELECT
          FROM project_keys AS k
          WHERE k.project_id = p.id
            AND k.key = caller.key
      )
) AS project ON true
WHERE caller.token_hash = $1;
