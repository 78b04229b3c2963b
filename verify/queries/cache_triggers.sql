-- cache_triggers: each watched table, and which of its changes are reported to the cache
SELECT
    t.tgrelid::regclass::text AS name,
    array_agg(replace(t.tgname, 'touch_by_', '') ORDER BY t.tgname) FILTER (WHERE t.tgenabled = 'O') AS told
FROM pg_trigger AS t
WHERE t.tgname LIKE 'touch\_by\_%'
GROUP BY t.tgrelid
ORDER BY 1;
