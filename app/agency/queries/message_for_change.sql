-- message_for_change: the facts for a change of a message ($1 token hash, $2 message)
SELECT
    caller.user_id,
    caller.role,
    message.author_id,
    message.project_id,
    message.version
FROM callers AS caller
LEFT JOIN LATERAL (
    SELECT
        m.author_id,
        m.project_id,
        m.version
    FROM messages AS m
    WHERE m.id = $2
      AND m.deleted_at IS NULL
      AND EXISTS (
          SELECT
          FROM project_keys AS k
          WHERE k.project_id = m.project_id
            AND k.key = caller.key
      )
) AS message ON true
WHERE caller.token_hash = $1;
