-- start_thread: a new conversation of a project with its first message; the users in told take part ($1 actor, $2 idempotency key, $3 request hash, $4 project, $5 subject, $6 text, $7 told)
WITH numbered AS MATERIALIZED (
    SELECT
        p.id AS project_id,
        nextval('messages_id_seq') AS message_id
    FROM projects AS p
    WHERE p.id = $4
      AND p.deleted_at IS NULL
),
started AS (
    INSERT INTO threads AS h (project_id, last_message_id, subject)
    SELECT n.project_id, n.message_id, $5
    FROM numbered AS n
    RETURNING
        h.id,
        h.project_id,
        h.last_message_id,
        h.created_at,
        h.subject
),
posted AS (
    INSERT INTO messages AS m (id, project_id, thread_id, author_id, body)
    OVERRIDING SYSTEM VALUE
    SELECT s.last_message_id, s.project_id, s.id, $1::bigint, $6
    FROM started AS s
    RETURNING
        m.id,
        m.version,
        m.thread_id,
        m.project_id,
        m.author_id,
        m.created_at,
        m.edited_at,
        m.body
),
joined AS (
    INSERT INTO thread_participants (thread_id, user_id, first_unread_id)
    SELECT s.id, $1::bigint, NULL::bigint
    FROM started AS s
    UNION ALL
    SELECT s.id, r.user_id, s.last_message_id
    FROM started AS s
    CROSS JOIN LATERAL who_sees($7::bigint[], s.project_id) AS r
),
recorded AS (
    INSERT INTO activity (actor_id, project_id, entity, entity_id, action, title)
    SELECT $1::bigint, s.project_id, 'thread', s.id, 'created', s.subject
    FROM started AS s
),
told AS (
    INSERT INTO notifications (user_id, project_id, kind, body)
    SELECT r.user_id, s.project_id, 'message', u.name || ' wrote: ' || s.subject || '.'
    FROM started AS s
    CROSS JOIN LATERAL who_sees($7::bigint[], s.project_id) AS r
    JOIN users AS u ON u.id = $1::bigint
),
answer AS (
    SELECT row_to_json(r) AS body
    FROM (
        SELECT
            s.id,
            s.project_id,
            s.subject,
            s.last_message_id,
            s.created_at,
            row_to_json(p) AS message
        FROM started AS s
        CROSS JOIN posted AS p
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
