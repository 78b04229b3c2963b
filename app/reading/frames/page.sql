-- page: the frame of every list; app/reading/list_sql.py inserts a list's fragments ($1 token hash, $2 limit)
SELECT
    caller.user_id || ' ' || caller.key AS caller,
    caller.seconds_left,
    page.items,
    page.first,
    page.last,
    page.more,
    {total} AS total,
    {audience} AS audience
FROM callers AS caller
CROSS JOIN LATERAL (
    SELECT
        coalesce(json_agg(row_to_json(item) ORDER BY here.place{display}) FILTER (WHERE here.place <= $2), '[]')
            AS items,
        max({position}) FILTER (WHERE here.place = 1) AS first,
        max({position}) FILTER (WHERE here.place = $2) AS last,
        coalesce(max(here.place) > $2, false) AS more
    FROM (
        SELECT
            near.id,
            {near_keys},
            row_number() OVER (ORDER BY {near_order}) AS place
        FROM (
            {near}
        ) AS near
        ORDER BY {near_order}
        LIMIT (SELECT $2::bigint + 1)
    ) AS here
    -- OFFSET 0 is an optimization fence: each row of the page is looked up by its id, whatever the planner estimates.
    CROSS JOIN LATERAL (
        {item}
        OFFSET 0
    ) AS item
) AS page
WHERE caller.token_hash = $1
