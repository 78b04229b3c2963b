-- caller_for_write: who is about to write ($1 token hash)
SELECT
    caller.user_id,
    caller.role
FROM callers AS caller
WHERE caller.token_hash = $1;
