-- Writes of which nobody told the cache for longer than it can take (2 s, and a beat).
SELECT count(*) AS forgotten
FROM cache_touches
WHERE touched_at < clock_timestamp() - interval '10 seconds';
