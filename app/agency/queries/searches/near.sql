-- near: any 1,001 rows of a kind with similar spelling, if needed; and the 1,000 to rank, matched either way
near_{kind} AS MATERIALIZED (
    SELECT
        similar_one.id,
        similar_one.similarity
    FROM (
        (
            SELECT {alias}.id, word_similarity($2, {title}) AS similarity
            FROM {table}
            WHERE {everything_for}
              AND $2 <% {title}
              AND {live}
            LIMIT 1001
        )
        UNION ALL
        (
            SELECT {alias}.id, word_similarity($2, {title}) AS similarity
            FROM {otherwise}
            WHERE {whose}
              AND $2 <% {title}
              AND {live}
            LIMIT 1001
        )
    ) AS similar_one
    WHERE (SELECT similarly.wanted FROM similarly)
),
ranked_{kind} AS MATERIALIZED (
    SELECT
        newest.id,
        round(1000000 * ts_rank_cd(newest.search, asked.query)::numeric)::bigint AS score
    FROM asked_{language} AS asked
    CROSS JOIN (
        SELECT f.id, f.search
        FROM found_{kind} AS f
        ORDER BY f.id DESC
        LIMIT 1000
    ) AS newest
    UNION ALL
    SELECT
        nearest.id,
        round(1000000 * nearest.similarity::numeric)::bigint
    FROM (
        SELECT n.id, n.similarity
        FROM near_{kind} AS n
        LIMIT 1000
    ) AS nearest
)
