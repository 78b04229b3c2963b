-- tokens: the caller's valid tokens
-- from
api_tokens AS t
-- id
t.token_hash
-- where
t.user_id = caller.user_id
AND t.revoked_at IS NULL
AND t.expires_at > now()
-- sort created_at
t.created_at::timestamptz, t.token_hash::bytea
-- item
SELECT
    encode(t.token_hash, 'hex') AS id,
    t.created_at,
    t.expires_at,
    t.token_hash = caller.token_hash AS current
FROM api_tokens AS t
WHERE t.token_hash = here.id
