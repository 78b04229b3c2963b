-- rows: an admin reads the index of everything; other callers read the first rows of each visible project. Only the
-- branch of the caller's role runs.
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
