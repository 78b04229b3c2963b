-- due_touches: the tags of unacknowledged writes, the app's own only after a grace period; and whether the cache is switched on ($1 seconds)
SELECT
    switch.enabled,
    due.ids,
    due.tags
FROM features AS switch
CROSS JOIN LATERAL (
    SELECT
        array_agg(DISTINCT touch.id) AS ids,
        array_agg(DISTINCT touched.tag) AS tags
    FROM (
        SELECT t.id, t.tags
        FROM cache_touches AS t
        WHERE NOT t.by_app
           OR t.touched_at < clock_timestamp() - make_interval(secs => $1)
        ORDER BY t.id
        LIMIT 1000
    ) AS touch
    CROSS JOIN LATERAL unnest(touch.tags) AS touched (tag)
) AS due
WHERE switch.name = 'cache';
