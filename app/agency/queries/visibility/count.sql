-- count: how many rows there are in all projects that a caller sees
CASE
    WHEN caller.role = 'admin' THEN (
        SELECT count(*)
        FROM {source}
        WHERE {conditions}
          AND {live}
    )
    ELSE (
        SELECT count(*)
        FROM $seen
        CROSS JOIN LATERAL (
            SELECT
            FROM {source}
            WHERE {container} = seen.id
              AND {conditions}
            OFFSET 0
        ) AS each
    )
END
