-- rows: the next rows in the order of an index. The constant says what a page can be at most: the planner takes a
-- parameter for a tenth of the table, and would sort it. The page's own limit is a SELECT, of which the planner knows
-- as little with its value as without: or it would plan a long list anew each time, which takes longer than reading it.
SELECT
    ahead.id,
    {ahead_keys}
FROM (
    SELECT
        {id} AS id,
        {keys}
    FROM {source}
    WHERE {conditions}
    ORDER BY {order}
    LIMIT 1001
) AS ahead
ORDER BY {ahead_order}
LIMIT (SELECT $2::bigint + 1)
