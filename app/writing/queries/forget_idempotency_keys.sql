-- forget_idempotency_keys: deletes up to a limit of expired keys; returns how many ($1 limit)
WITH forgotten AS (
    DELETE FROM idempotency_keys AS k
    USING (
        SELECT
            old.user_id,
            old.key
        FROM idempotency_keys AS old
        WHERE old.expires_at < now()
        ORDER BY old.expires_at
        LIMIT $1
    ) AS old
    WHERE k.user_id = old.user_id
      AND k.key = old.key
    RETURNING k.key
)
SELECT count(*)
FROM forgotten;
