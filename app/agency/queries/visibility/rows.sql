-- rows: an admin reads the index of everything; whoever sees a few projects reads the beginning of each one's. Only the
-- arm of the caller's role runs.
(
    {every_row}
)
UNION ALL
(
    SELECT
        each.id,
        {each_keys}
    FROM $seen
    CROSS JOIN LATERAL (
        {container_rows}
    ) AS each
    WHERE caller.role <> 'admin'
    ORDER BY {each_order}
    LIMIT (SELECT $2::bigint + 1)
)
