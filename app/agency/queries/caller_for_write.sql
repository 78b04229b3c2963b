-- caller_for_write: the caller of a write ($1 token hash)
SELECT
    caller.user_id,
    caller.role
FROM callers AS caller
WHERE caller.token_hash = $1;
