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
        ) AS n
    ) AS body
FROM callers AS caller
WHERE caller.token_hash = $1;
