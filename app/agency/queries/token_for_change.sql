-- token_for_change: the user of a token, visible to that user and to admins ($1 caller's token hash, $2 token hash)
SELECT
    caller.user_id,
    caller.role,
    token.user_id AS owner_id
FROM callers AS caller
LEFT JOIN LATERAL (
    SELECT t.user_id
    FROM api_tokens AS t
    WHERE t.token_hash = $2
      AND t.revoked_at IS NULL
      AND (t.user_id = caller.user_id OR caller.role = 'admin')
) AS token ON true
WHERE caller.token_hash = $1;
