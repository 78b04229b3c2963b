-- users: the people that a caller sees: users of a client see each other and the staff of their projects
-- from
users AS u
-- id
u.id
-- listed
u.deactivated_at IS NULL
-- visible
caller.role <> 'client'
OR u.client_id = caller.client_id
OR EXISTS (SELECT FROM projects AS p WHERE p.manager_id = u.id AND p.client_id = caller.client_id AND p.deleted_at IS NULL)
OR EXISTS (
    SELECT
    FROM project_members AS m
    JOIN projects AS p ON p.id = m.project_id
    WHERE m.user_id = u.id
      AND p.client_id = caller.client_id
      AND p.deleted_at IS NULL
)
-- filter role
u.role = $value::text
-- filter client
u.client_id = $value::bigint
-- filter project
u.id IN (SELECT m.user_id FROM project_members AS m WHERE m.project_id = $value::bigint)
AND EXISTS (SELECT FROM project_keys AS k WHERE k.project_id = $value::bigint AND k.key = caller.key)
-- sort name
u.name::text, u.id::bigint
-- item
SELECT
    u.id,
    u.name,
    u.email,
    u.role,
    u.time_zone,
    (SELECT row_to_json(c) FROM (SELECT c.id, c.name FROM clients AS c WHERE c.id = u.client_id) AS c) AS client,
    CASE WHEN caller.role IN ('admin', 'project_manager') OR u.id = caller.user_id THEN u.weekly_minutes END
        AS weekly_minutes,
    CASE WHEN caller.role IN ('admin', 'project_manager') OR u.id = caller.user_id THEN u.hourly_rate END
        AS hourly_rate,
    u.version
FROM users AS u
WHERE u.id = here.id
-- entity
SELECT
    u.id,
    u.name,
    u.email,
    u.role,
    u.time_zone,
    (SELECT row_to_json(c) FROM (SELECT c.id, c.name FROM clients AS c WHERE c.id = u.client_id) AS c) AS client,
    CASE WHEN caller.role IN ('admin', 'project_manager') OR u.id = caller.user_id THEN u.weekly_minutes END
        AS weekly_minutes,
    CASE WHEN caller.role IN ('admin', 'project_manager') OR u.id = caller.user_id THEN u.hourly_rate END
        AS hourly_rate,
    u.version,
    u.created_at,
    u.deactivated_at,
    (
        SELECT coalesce(json_agg(row_to_json(project)), '[]')
        FROM (
            SELECT p.id, p.name, p.status, p.due_on
            FROM projects AS p
            WHERE p.deleted_at IS NULL
              AND p.status = 'active'
              AND p.id IN (
                  SELECT m.project_id
                  FROM project_members AS m
                  WHERE m.user_id = u.id
                  UNION ALL
                  SELECT led.id
                  FROM projects AS led
                  WHERE led.manager_id = u.id
              )
              AND $sees(p.id)
            ORDER BY p.due_on, p.id
            LIMIT 20
        ) AS project
    ) AS projects,
    CASE WHEN caller.role <> 'client' THEN (
        SELECT count(*)
        FROM tasks AS t
        WHERE t.assignee_id = u.id
          AND t.completed_at IS NULL
          AND t.deleted_at IS NULL
    ) END AS open_task_count
FROM users AS u
WHERE u.id = here.id
