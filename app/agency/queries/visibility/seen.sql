-- seen: the projects of callers who are not admins; the role is spelled out, so that only its branch runs, and the
-- planner does not expect them to see as many projects as an admin
(
    SELECT s.project_id AS id
    FROM seen_projects(caller.user_id, caller.client_id, 'client') AS s
    WHERE caller.role = 'client'
    UNION ALL
    SELECT s.project_id AS id
    FROM seen_projects(caller.user_id, caller.client_id, 'team_member') AS s
    WHERE caller.role IN ('project_manager', 'team_member')
) AS seen
