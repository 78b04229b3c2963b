-- create_task: a new task of a project ($1 actor, $2 idempotency key, $3 request hash, $4 project, $5 fields as JSON)
WITH project AS (
    -- Locked until the commit, like the milestone: neither is deleted while the task is created.
    SELECT p.id
    FROM projects AS p
    WHERE p.id = $4
      AND p.deleted_at IS NULL
    FOR SHARE
),
milestone AS (
    SELECT m.id
    FROM milestones AS m
    WHERE m.id = ($5::jsonb ->> 'milestone_id')::bigint
      AND m.deleted_at IS NULL
    FOR SHARE
),
made AS (
    INSERT INTO tasks AS t (
        project_id, assignee_id, milestone_id, due_on, estimate_minutes, status, priority, title, description,
        completed_at
    )
    SELECT
        p.id,
        n.assignee_id,
        n.milestone_id,
        n.due_on,
        n.estimate_minutes,
        n.status,
        n.priority,
        n.title,
        n.description,
        CASE WHEN n.status = 'done' THEN now() END
    FROM project AS p
    CROSS JOIN jsonb_populate_record(NULL::tasks, $5::jsonb) AS n
    WHERE n.milestone_id IS NULL
       OR EXISTS (SELECT FROM milestone)
    RETURNING
        t.id,
        t.version,
        t.project_id,
        t.milestone_id,
        t.title,
        t.status,
        t.priority,
        t.due_on,
        t.estimate_minutes,
        t.assignee_id,
        t.completed_at,
        t.updated_at
),
recorded AS (
    INSERT INTO activity (actor_id, project_id, entity, entity_id, action, title)
    SELECT $1::bigint, m.project_id, 'task', m.id, 'created', m.title
    FROM made AS m
),
told AS (
    INSERT INTO notifications (user_id, project_id, kind, body)
    SELECT m.assignee_id, m.project_id, 'task_assigned', 'You were given the task ' || m.title || '.'
    FROM made AS m
    WHERE m.assignee_id <> $1::bigint
),
answer AS (
    SELECT row_to_json(task) AS body
    FROM (
        SELECT
            m.id,
            m.version,
            m.project_id,
            m.milestone_id,
            m.title,
            m.status,
            m.priority,
            m.due_on,
            m.estimate_minutes,
            (SELECT row_to_json(u) FROM (SELECT u.id, u.name FROM users AS u WHERE u.id = m.assignee_id) AS u)
                AS assignee,
            m.completed_at,
            m.updated_at
        FROM made AS m
    ) AS task
),
kept AS (
    INSERT INTO idempotency_keys (user_id, key, request_hash, status, body)
    SELECT $1::bigint, $2::text, $3::bytea, 201, a.body
    FROM answer AS a
    WHERE $2::text IS NOT NULL
)
SELECT a.body
FROM answer AS a;
