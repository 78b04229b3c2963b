-- rows_of_all_projects: an admin reads the index of everything; whoever sees a few projects reads the beginning of
-- each one's. Only the arm of the caller's role runs; the role is spelled out, or the planner would expect a few to
-- see as many projects as an admin.
(
    {admin_rows}
)
UNION ALL
(
    SELECT
        each.id,
        {each_keys}
    FROM (
        SELECT ours.project_id
        FROM seen_projects(caller.user_id, caller.client_id, 'client') AS ours
        WHERE caller.role = 'client'
        UNION ALL
        SELECT theirs.project_id
        FROM seen_projects(caller.user_id, caller.client_id, 'team_member') AS theirs
        WHERE caller.role IN ('project_manager', 'team_member')
    ) AS seen
    CROSS JOIN LATERAL (
        {project_rows}
    ) AS each
    WHERE caller.role <> 'admin'
    ORDER BY {each_order}
    LIMIT (SELECT $2::bigint + 1)
)
