-- batch: the frame of every batch; app/reading/list_sql.py inserts a list's fragments ($1 token hash, $2 ids)
SELECT
    caller.user_id || ' ' || caller.key AS caller,
    caller.seconds_left,
    (
        SELECT coalesce(json_agg(row_to_json(item) ORDER BY here.place), '[]')
        FROM unnest($2::bigint[]) WITH ORDINALITY AS here (id, place)
        CROSS JOIN LATERAL (
            {item}
            AND EXISTS (
                SELECT
                FROM {source}
                WHERE {id} = here.id
                  AND {visible}
                OFFSET 0
            )
            OFFSET 0
        ) AS item
    ) AS items
FROM callers AS caller
WHERE caller.token_hash = $1
