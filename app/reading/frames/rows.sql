-- rows: the next rows in the order of an index. The constant is the largest page: for a parameter, the planner assumes
-- a tenth of the table and would sort it. The page's own limit is a SELECT, which hides its value
-- from custom plans too: PostgreSQL would otherwise replan a long list each time, which takes longer than reading it.
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
