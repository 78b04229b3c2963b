-- reply: adds a message to a thread, unread by the users in told ($1 actor, $2 idempotency key, $3 request hash, $4 thread, $5 text, $6 told)
WITH thread AS (
    -- Locked until the commit, so that the messages of a thread get their ids in the order of their commits.
    SELECT
        h.id,
        h.project_id,
        h.subject
    FROM threads AS h
    WHERE h.id = $4
    FOR NO KEY UPDATE
),
posted AS (
    INSERT INTO messages AS m (project_id, thread_id, author_id, body)
    SELECT h.project_id, h.id, $1::bigint, $5
    FROM thread AS h
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
raised AS (
    UPDATE threads AS h
    SET last_message_id = p.id
    FROM posted AS p
    WHERE h.id = p.thread_id
),
unread AS (
    UPDATE thread_participants AS t
    SET first_unread_id = p.id
    FROM posted AS p
    WHERE t.thread_id = p.thread_id
      AND t.user_id IN (SELECT r.user_id FROM who_sees($6::bigint[], p.project_id) AS r)
      AND t.first_unread_id IS NULL
),
joined AS (
    INSERT INTO thread_participants (thread_id, user_id)
    SELECT p.thread_id, $1::bigint
    FROM posted AS p
    ON CONFLICT DO NOTHING
),
recorded AS (
    INSERT INTO activity (actor_id, project_id, entity, entity_id, action, title)
    SELECT $1::bigint, p.project_id, 'message', p.id, 'created', h.subject
    FROM posted AS p
    CROSS JOIN thread AS h
),
told AS (
    INSERT INTO notifications (user_id, project_id, kind, body)
    SELECT r.user_id, p.project_id, 'message', u.name || ' replied: ' || h.subject || '.'
    FROM posted AS p
    CROSS JOIN thread AS h
    CROSS JOIN LATERAL who_sees($6::bigint[], p.project_id) AS r
    JOIN users AS u ON u.id = $1::bigint
),
answer AS (
    SELECT row_to_json(r) AS body
    FROM (
        SELECT
            p.id,
            p.version,
            p.thread_id,
            p.project_id,
            p.author_id,
            p.created_at,
            p.edited_at,
            p.body
        FROM posted AS p
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
