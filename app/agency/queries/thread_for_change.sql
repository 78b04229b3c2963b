-- thread_for_change: the facts for a write to a thread, with its participants ($1 token hash, $2 thread)
SELECT
    caller.user_id,
    caller.role,
    thread.project_id,
    thread.participants
FROM callers AS caller
LEFT JOIN LATERAL (
    SELECT
        h.project_id,
        ARRAY(
            SELECT t.user_id
            FROM thread_participants AS t
            JOIN users AS u ON u.id = t.user_id
            WHERE t.thread_id = h.id
              AND u.deactivated_at IS NULL
        ) AS participants
    FROM threads AS h
    WHERE h.id = $2
      AND EXISTS (
          SELECT
          FROM project_keys AS k
          WHERE k.project_id = h.project_id
            AND k.key = caller.key
      )
) AS thread ON true
WHERE caller.token_hash = $1;
