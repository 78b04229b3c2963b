-- forget_popularity: deletes all but the most popular reads, and those of invalid tokens; returns how many ($1 how many)
WITH surplus AS (
    (
        SELECT p.token_hash, p.path
        FROM cache_popularity AS p
        ORDER BY p.score DESC
        OFFSET $1
    )
    UNION
    SELECT p.token_hash, p.path
    FROM cache_popularity AS p
    WHERE NOT EXISTS (
        SELECT 1
        FROM callers AS caller
        WHERE caller.token_hash = p.token_hash
    )
),
held AS (
    SELECT p.token_hash, p.path
    FROM cache_popularity AS p
    JOIN surplus USING (token_hash, path)
    FOR UPDATE OF p SKIP LOCKED
),
forgotten AS (
    DELETE FROM cache_popularity AS p
    USING held
    WHERE p.token_hash = held.token_hash
      AND p.path = held.path
    RETURNING p.path
)
SELECT count(*) AS forgotten
FROM forgotten;
