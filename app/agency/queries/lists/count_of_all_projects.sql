-- count_of_all_projects: how many rows there are in all projects that a caller sees
CASE
    WHEN caller.role = 'admin' THEN (
        SELECT count(*)
        FROM {source}
        WHERE {conditions}
          AND {live}
    )
    ELSE (
        SELECT count(*)
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
            SELECT
            FROM {source}
            WHERE {project} = seen.project_id
              AND {conditions}
            OFFSET 0
        ) AS each
    )
END
