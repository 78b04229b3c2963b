-- forget_touches: deletes old touches during an outage that every worker has noticed; returns how many ($1 seconds)
WITH forgotten AS (
    DELETE FROM cache_touches
    WHERE touched_at < clock_timestamp() - make_interval(secs => $1)
    RETURNING id
)
SELECT count(*) AS forgotten
FROM forgotten;
