-- milestone_for_change: the facts for a change of a milestone ($1 token hash, $2 milestone)
SELECT
    caller.user_id,
    caller.role,
    milestone.project_id,
    milestone.version,
    milestone.manager_id,
    milestone.client_id
FROM callers AS caller
LEFT JOIN LATERAL (
    SELECT
        m.project_id,
        m.version,
        p.manager_id,
        p.client_id
    FROM milestones AS m
    JOIN projects AS p ON p.id = m.project_id
    WHERE m.id = $2
      AND m.deleted_at IS NULL
      AND EXISTS (
          SELECT
          FROM project_keys AS k
          WHERE k.project_id = m.project_id
            AND k.key = caller.key
      )
) AS milestone ON true
WHERE caller.token_hash = $1;
