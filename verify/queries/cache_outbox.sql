-- cache_outbox: writes that the cache has not processed for longer than it may take (2 s, plus some slack)
SELECT count(*) AS forgotten
FROM cache_touches
WHERE touched_at < clock_timestamp() - interval '10 seconds';
