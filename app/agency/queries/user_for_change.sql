-- user_for_change: the facts for a change of a user, with their valid tokens and the projects that show their name ($1 token hash, $2 user)
SELECT
    caller.user_id,
    caller.role,
    person.id,
    person.version,
    person.client_id,
    person.deactivated_at IS NULL AS active,
    person.leads,
    person.tokens,
    person.projects
FROM callers AS caller
LEFT JOIN LATERAL (
    SELECT
        u.id,
        u.version,
        u.client_id,
        u.deactivated_at,
        EXISTS (
            SELECT
            FROM projects AS p
            WHERE p.manager_id = u.id
              AND p.status IN ('planned', 'active', 'on_hold')
              AND p.deleted_at IS NULL
        ) AS leads,
        ARRAY(
            SELECT encode(t.token_hash, 'hex')
            FROM api_tokens AS t
            WHERE t.user_id = u.id
              AND t.revoked_at IS NULL
              AND t.expires_at > now()
        ) AS tokens,
        ARRAY(
            SELECT m.project_id
            FROM project_members AS m
            WHERE m.user_id = u.id
            UNION
            SELECT p.id
            FROM projects AS p
            WHERE p.manager_id = u.id
            UNION
            SELECT t.project_id
            FROM tasks AS t
            WHERE t.assignee_id = u.id
        ) AS projects
    FROM users AS u
    WHERE u.id = $2
      AND caller.role = 'admin'
) AS person ON true
WHERE caller.token_hash = $1;
