-- create_time_entry: time that the actor spent, at their current rate ($1 actor, $2 idempotency key, $3 request hash, $4 project, $5 fields as JSON)
WITH made AS (
    INSERT INTO time_entries AS e (user_id, project_id, task_id, entry_date, minutes, billable, note, hourly_rate)
    SELECT
        u.id,
        p.id,
        n.task_id,
        n.entry_date,
        n.minutes,
        n.billable,
        n.note,
        u.hourly_rate
    FROM projects AS p
    CROSS JOIN jsonb_populate_record(NULL::time_entries, $5::jsonb) AS n
    JOIN users AS u ON u.id = $1::bigint
    WHERE p.id = $4
      AND p.deleted_at IS NULL
      AND (
          n.task_id IS NULL
          OR EXISTS (
              SELECT
              FROM tasks AS t
              WHERE t.id = n.task_id
                AND t.project_id = p.id
                AND t.deleted_at IS NULL
          )
      )
    RETURNING
        e.id,
        e.version,
        e.user_id,
        e.project_id,
        e.task_id,
        e.entry_date,
        e.minutes,
        e.billable,
        e.hourly_rate,
        e.note,
        e.updated_at
),
recorded AS (
    INSERT INTO activity (actor_id, project_id, entity, entity_id, action, title)
    SELECT $1::bigint, m.project_id, 'time_entry', m.id, 'created', m.minutes || ' minutes'
    FROM made AS m
),
answer AS (
    SELECT row_to_json(r) AS body
    FROM (
        SELECT
            m.id,
            m.version,
            m.user_id,
            m.project_id,
            m.task_id,
            m.entry_date,
            m.minutes,
            m.billable,
            m.hourly_rate,
            m.note,
            m.updated_at
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
