-- make cache-on, make cache-off: every worker follows within half a second
UPDATE features
SET
    enabled = :switched,
    changed_at = now()
WHERE name = 'cache';
