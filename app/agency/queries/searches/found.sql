-- found: the newest 1,001 rows of a kind that match and are visible to the caller
found_{kind} AS MATERIALIZED (
    SELECT
        matching.id,
        matching.search
    FROM asked_{language} AS asked
    CROSS JOIN LATERAL (
        (
            SELECT {alias}.id, {alias}.search
            FROM {table}
            WHERE {everything_for}
              AND {alias}.search @@ asked.query
              AND {live}
            ORDER BY {alias}.id DESC
            LIMIT 1001
        )
        UNION ALL
        (
            SELECT {alias}.id, {alias}.search
            FROM {otherwise}
            WHERE {whose}
              AND {alias}.search @@ asked.query
              AND {live}
            ORDER BY {alias}.id DESC
            LIMIT 1001
        )
    ) AS matching
)
