-- stored_answer: the stored response for a caller's idempotency key ($1 token hash, $2 key)
SELECT
    kept.request_hash,
    kept.status,
    kept.body
FROM callers AS caller
LEFT JOIN idempotency_keys AS kept ON kept.user_id = caller.user_id AND kept.key = $2::text
WHERE caller.token_hash = $1;
