-- create_comment: a new comment on a task; notifies the users in told ($1 actor, $2 idempotency key, $3 request hash, $4 task, $5 project, $6 text, $7 told)
WITH made AS (
    INSERT INTO comments AS c (task_id, author_id, body)
    SELECT t.id, $1::bigint, $6
    FROM tasks AS t
    WHERE t.id = $4
      AND t.project_id = $5
      AND t.deleted_at IS NULL
    RETURNING
        c.id,
        c.version,
        c.task_id,
        c.author_id,
        c.created_at,
        c.edited_at,
        c.body,
        (SELECT t.title FROM tasks AS t WHERE t.id = c.task_id) AS title
),
recorded AS (
    INSERT INTO activity (actor_id, project_id, entity, entity_id, action, title)
    SELECT $1::bigint, $5, 'comment', m.id, 'created', m.title
    FROM made AS m
),
told AS (
    INSERT INTO notifications (user_id, project_id, kind, body)
    SELECT r.user_id, $5, 'comment', u.name || ' commented on ' || m.title || '.'
    FROM made AS m
    CROSS JOIN LATERAL who_sees($7::bigint[], $5) AS r
    JOIN users AS u ON u.id = $1::bigint
),
answer AS (
    SELECT row_to_json(r) AS body
    FROM (
        SELECT
            m.id,
            m.version,
            m.task_id,
            m.author_id,
            m.created_at,
            m.edited_at,
            m.body
        FROM made AS m
    ) AS r
),
kept AS (
    INSERT INTO idempotency_keys (user_id, key, request_hash, status, body)
    SELECT $1::bigint, $2::text, $3::bytea, 201, a.body
    FROM answer AS a
    WHERE $2::text IS NOT NULL
)
SELECT a.body
FROM answer AS a;
