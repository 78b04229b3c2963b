-- forget_touches: Redis is away so long that nothing in it will be believed again ($1 seconds)
WITH forgotten AS (
    DELETE FROM cache_touches
    WHERE touched_at < clock_timestamp() - make_interval(secs => $1)
    RETURNING id
)
SELECT count(*) AS forgotten
FROM forgotten;
