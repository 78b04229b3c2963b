-- change_task: the changed task, if its project and assignee are still the same ($1 actor, $2 task, $3 project, $4 assignee, $5 version or NULL, $6 changed fields as JSON, $7 manager)
WITH project AS (
    -- The target project is locked until the commit, like the milestone: neither is deleted in the meantime.
    SELECT p.id
    FROM projects AS p
    WHERE p.id = ($6::jsonb ->> 'project_id')::bigint
      AND p.deleted_at IS NULL
    FOR SHARE
),
milestone AS (
    SELECT m.id
    FROM milestones AS m
    WHERE m.id = ($6::jsonb ->> 'milestone_id')::bigint
      AND m.deleted_at IS NULL
    FOR SHARE
),
old AS (
    SELECT t AS task
    FROM tasks AS t
    WHERE t.id = $2
      AND t.project_id = $3
      AND t.assignee_id IS NOT DISTINCT FROM $4::bigint
      AND t.deleted_at IS NULL
      AND ($5::integer IS NULL OR t.version = $5::integer)
      AND ($6::jsonb ->> 'project_id' IS NULL OR EXISTS (SELECT FROM project))
      AND ($6::jsonb ->> 'milestone_id' IS NULL OR EXISTS (SELECT FROM milestone))
    FOR NO KEY UPDATE
),
changed AS (
    UPDATE tasks AS t
    SET
        project_id = n.project_id,
        assignee_id = n.assignee_id,
        milestone_id = n.milestone_id,
        due_on = n.due_on,
        estimate_minutes = n.estimate_minutes,
        status = n.status,
        priority = n.priority,
        title = n.title,
        description = n.description,
        completed_at = CASE WHEN n.status = 'done' THEN coalesce(t.completed_at, now()) END,
        updated_at = now(),
        version = t.version + 1
    FROM old AS o
    CROSS JOIN LATERAL jsonb_populate_record(o.task, $6::jsonb) AS n
    WHERE t.id = (o.task).id
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
        t.updated_at,
        (o.task).status AS old_status,
        (o.task).project_id AS old_project_id,
        (o.task).assignee_id AS old_assignee_id,
        field_changes(to_jsonb(o.task), $6::jsonb) AS changes
),
recorded AS (
    INSERT INTO activity (actor_id, project_id, entity, entity_id, action, title, changes)
    SELECT
        $1::bigint,
        c.project_id,
        'task',
        c.id,
        CASE
            WHEN c.status = 'done' AND c.old_status <> 'done' THEN 'completed'
            WHEN c.status <> 'done' AND c.old_status = 'done' THEN 'reopened'
            WHEN c.project_id <> c.old_project_id OR c.status <> c.old_status THEN 'moved'
            ELSE 'changed'
        END,
        c.title,
        c.changes
    FROM changed AS c
    WHERE c.changes IS NOT NULL
),
told AS (
    INSERT INTO notifications (user_id, project_id, kind, body)
    SELECT c.assignee_id, c.project_id, 'task_assigned', 'You were given the task ' || c.title || '.'
    FROM changed AS c
    WHERE c.assignee_id IS DISTINCT FROM c.old_assignee_id
      AND c.assignee_id <> $1::bigint
    UNION ALL
    SELECT $7::bigint, c.project_id, 'task_done', 'The task ' || c.title || ' is done.'
    FROM changed AS c
    WHERE c.status = 'done'
      AND c.old_status <> 'done'
      AND $7::bigint <> $1::bigint
)
SELECT row_to_json(task) AS body
FROM (
    SELECT
        c.id,
        c.version,
        c.project_id,
        c.milestone_id,
        c.title,
        c.status,
        c.priority,
        c.due_on,
        c.estimate_minutes,
        (SELECT row_to_json(u) FROM (SELECT u.id, u.name FROM users AS u WHERE u.id = c.assignee_id) AS u)
            AS assignee,
        c.completed_at,
        c.updated_at
    FROM changed AS c
) AS task;
