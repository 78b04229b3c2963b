-- entity: the frame of one row with its related data ($1 token hash, $2 id)
SELECT
    caller.user_id || ' ' || caller.key AS caller,
    caller.seconds_left,
    row_to_json(entity) AS body
FROM callers AS caller
LEFT JOIN LATERAL (
    SELECT $2::bigint AS id
    FROM {source}
    WHERE {id} = $2::bigint
      AND {visible}
) AS here ON true
LEFT JOIN LATERAL (
    {item}
    OFFSET 0
) AS entity ON true
WHERE caller.token_hash = $1
