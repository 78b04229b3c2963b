-- rows_of_all_projects: an admin reads the index of everything; whoever sees a few projects reads the beginning of
-- each one's. Only the arm of the caller's role runs.
(
    {admin_rows}
)
UNION ALL
(
    SELECT
        each.id,
        {each_keys}
    FROM seen_projects(caller.user_id, caller.client_id, caller.role) AS seen
    CROSS JOIN LATERAL (
        {project_rows}
    ) AS each
    WHERE caller.role <> 'admin'
    ORDER BY {each_order}
    LIMIT $2::bigint + 1
)
