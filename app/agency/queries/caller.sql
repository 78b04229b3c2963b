-- caller: the user of a token, and for how long it is still valid ($1 token hash)
SELECT
    caller.user_id || ' ' || caller.key AS caller,
    caller.seconds_left
FROM callers AS caller
WHERE caller.token_hash = $1;
