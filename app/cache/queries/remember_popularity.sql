-- remember_popularity: adds counted reads; one an hour later weighs e times as much ($1 token hashes, $2 paths, $3 how often)
WITH remembered AS (
    INSERT INTO cache_popularity AS p (score, token_hash, path)
    SELECT
        extract(epoch FROM now())::double precision / 3600 + ln(asked.count::double precision),
        asked.token_hash,
        asked.path
    FROM unnest($1::bytea[], $2::text[], $3::bigint[]) AS asked (token_hash, path, count)
    ORDER BY asked.token_hash, asked.path
    ON CONFLICT (token_hash, path) DO UPDATE
    SET score = greatest(p.score, EXCLUDED.score) + ln(1 + exp(-least(abs(p.score - EXCLUDED.score), 700)))
    RETURNING path
)
SELECT count(*) AS remembered
FROM remembered;
