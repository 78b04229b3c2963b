-- popular: the most popular reads of valid tokens, in two arrays ($1 how many at most)
SELECT
    array_agg(hot.token_hash ORDER BY hot.score DESC) AS token_hashes,
    array_agg(hot.path ORDER BY hot.score DESC) AS paths
FROM (
    SELECT p.score, p.token_hash, p.path
    FROM cache_popularity AS p
    JOIN callers AS caller ON caller.token_hash = p.token_hash
    ORDER BY p.score DESC
    LIMIT $1
) AS hot;
