-- A page of a report: the caller, the lines and their keys, the totals on request, and the age of the figures.
-- The constant is the largest page: for a parameter, the planner assumes a tenth of the view.
SELECT
    caller.user_id || ' ' || caller.key AS caller,
    caller.seconds_left,
    caller.role IN ('admin', 'project_manager') AS allowed,
    coalesce(page.items, '[]') AS items,
    page.first_keys,
    page.last_keys,
    page.more,
    {totals} AS totals,
    age.refreshed_at,
    age.age_s
FROM callers AS caller
CROSS JOIN LATERAL (
    SELECT
        to_json(r.refreshed_at) #>> '{{}}' AS refreshed_at,
        floor(extract(EPOCH FROM now() - r.refreshed_at))::bigint AS age_s
    FROM report_refreshes AS r
    WHERE r.view = '{view}'
) AS age
CROSS JOIN LATERAL (
    SELECT
        json_agg(numbered.line ORDER BY numbered.n{display}) FILTER (WHERE numbered.n <= $2) AS items,
        (array_agg(numbered.keys ORDER BY numbered.n))[1] AS first_keys,
        (array_agg(numbered.keys ORDER BY numbered.n))[least(count(*), $2)] AS last_keys,
        count(*) > $2 AS more
    FROM (
        SELECT
            (SELECT row_to_json(line) FROM ({line}) AS line) AS line,
            json_build_array({near_keys})::text AS keys,
            row_number() OVER (ORDER BY {order}) AS n
        FROM (
            SELECT {columns}
            FROM (
                (
                    SELECT {columns}
                    FROM (
                        SELECT {columns}
                        FROM {view} AS r
                        WHERE caller.role = 'admin'
                          AND {page_conditions}
                        ORDER BY {order}
                        LIMIT 1001
                    ) AS r
                    ORDER BY {order}
                    LIMIT $2 + 1
                )
                UNION ALL
                (
                    SELECT {columns}
                    FROM (
                        SELECT {columns}
                        FROM {view} AS r
                        WHERE caller.role = 'project_manager'
                          AND {own}
                          AND {page_conditions}
                        ORDER BY {order}
                        LIMIT 1001
                    ) AS r
                    ORDER BY {order}
                    LIMIT $2 + 1
                )
            ) AS r
            ORDER BY {order}
            LIMIT $2 + 1
        ) AS r
    ) AS numbered
) AS page
WHERE caller.token_hash = $1
