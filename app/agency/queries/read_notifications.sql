-- read_notifications: the caller has read these notifications, or all up to one; how many are left ($1 actor, $2 idempotency key, $3 request hash, $4 ids, $5 up to this id or NULL)
WITH unread AS (
    SELECT
        n.id,
        n.id = ANY ($4::bigint[]) OR coalesce(n.id <= $5::bigint, false) AS chosen
    FROM notifications AS n
    JOIN users AS actor ON actor.id = n.user_id
    WHERE n.user_id = $1::bigint
      AND n.read_at IS NULL
      AND (
          n.project_id IS NULL
          OR EXISTS (
              SELECT
              FROM projects AS its
              WHERE its.id = n.project_id
                AND its.deleted_at IS NULL
                AND (
                    actor.role = 'admin'
                    OR (actor.role = 'client' AND its.client_id = actor.client_id)
                    OR (
                        actor.role IN ('project_manager', 'team_member')
                        AND (
                            its.manager_id = actor.id
                            OR EXISTS (
                                SELECT
                                FROM project_members AS own
                                WHERE own.project_id = its.id
                                  AND own.user_id = actor.id
                            )
                        )
                    )
                )
          )
      )
),
marked AS (
    UPDATE notifications AS n
    SET read_at = now()
    FROM unread AS u
    WHERE n.id = u.id
      AND u.chosen
      AND n.read_at IS NULL
    RETURNING n.id
),
answer AS (
    SELECT row_to_json(r) AS body
    FROM (
        SELECT
            (SELECT count(*) FROM marked) AS read_count,
            (SELECT count(*) FROM unread AS u WHERE NOT u.chosen) AS unread_count
    ) AS r
),
kept AS (
    INSERT INTO idempotency_keys (user_id, key, request_hash, status, body)
    SELECT $1::bigint, $2::text, $3::bytea, 200, a.body
    FROM answer AS a
    WHERE $2::text IS NOT NULL
)
SELECT a.body
FROM answer AS a;
