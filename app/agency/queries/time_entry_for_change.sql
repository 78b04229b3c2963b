-- time_entry_for_change: the facts for a change of a time entry ($1 token hash, $2 time entry)
SELECT
    caller.user_id,
    caller.role,
    entry.user_id AS owner_id,
    entry.project_id,
    entry.version,
    entry.manager_id,
    entry.client_id
FROM callers AS caller
LEFT JOIN LATERAL (
    SELECT
        e.user_id,
        e.project_id,
        e.version,
        p.manager_id,
        p.client_id
    FROM time_entries AS e
    JOIN projects AS p ON p.id = e.project_id
    WHERE e.id = $2
      AND e.deleted_at IS NULL
      AND EXISTS (
          SELECT
          FROM project_keys AS k
          WHERE k.project_id = e.project_id
            AND k.key = caller.key
      )
) AS entry ON true
WHERE caller.token_hash = $1;
