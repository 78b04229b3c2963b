-- counts_notifications: how many notifications the caller has not read ($1 token hash)
SELECT
    caller.user_id || ' ' || caller.key AS caller,
    caller.seconds_left,
    (
        SELECT row_to_json(n)
        FROM (
            SELECT count(*) AS unread
            FROM notifications AS n
            WHERE n.user_id = caller.user_id
              AND n.read_at IS NULL
              AND (
                  n.project_id IS NULL
                  OR EXISTS (
                      SELECT
                      FROM projects AS its
                      WHERE its.id = n.project_id
                        AND its.deleted_at IS NULL
                        AND (
                            caller.role = 'admin'
                            OR (caller.role = 'client' AND its.client_id = caller.client_id)
                            OR (
                                caller.role IN ('project_manager', 'team_member')
                                AND (
                                    its.manager_id = caller.user_id
                                    OR EXISTS (
                                        SELECT
                                        FROM project_members AS own
                                        WHERE own.project_id = its.id
                                          AND own.user_id = caller.user_id
                                    )
                                )
                            )
                        )
                  )
              )
        ) AS n
    ) AS body
FROM callers AS caller
WHERE caller.token_hash = $1;
