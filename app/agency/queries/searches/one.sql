-- one: a page of one kind, best first ($1 token hash, $2 words, $3 score, $4 id, $5 limit)
SELECT
    caller.user_id || ' ' || caller.key AS caller,
    caller.seconds_left,
    answer.items,
    answer.match,
    answer.ranked,
    answer.bounded,
    answer.last_score,
    answer.last_id,
    answer.more
FROM callers AS caller
CROSS JOIN LATERAL (
    WITH {asked},
    {found},
    similarly AS MATERIALIZED (
        SELECT
            NOT EXISTS (SELECT FROM found_{kind})
            -- Without letters there are no trigrams, and every row would be compared.
            AND cardinality(show_trgm($2)) > 0 AS wanted
    ),
    {near},
    rest AS (
        SELECT r.id, r.score
        FROM ranked_{kind} AS r
        WHERE (r.score, r.id) < ($3::bigint, $4::bigint)
    ),
    page AS MATERIALIZED (
        SELECT rest.id, rest.score
        FROM rest
        ORDER BY rest.score DESC, rest.id DESC
        LIMIT $5
    ),
    shown AS (
        SELECT
            page.id,
            {shown}
        FROM page
        JOIN {table} ON {alias}.id = page.id
        CROSS JOIN asked_{language} AS asked
    )
    SELECT
        (SELECT json_agg(row_to_json(shown) ORDER BY shown.score DESC, shown.id DESC) FROM shown) AS items,
        CASE WHEN EXISTS (SELECT FROM near_{kind}) THEN 'similar' ELSE 'words' END AS match,
        (SELECT count(*) FROM ranked_{kind}) AS ranked,
        (SELECT count(*) FROM found_{kind}) + (SELECT count(*) FROM near_{kind}) > 1000 AS bounded,
        (SELECT min(page.score) FROM page) AS last_score,
        (SELECT page.id FROM page ORDER BY page.score, page.id LIMIT 1) AS last_id,
        (SELECT count(*) FROM rest) > $5 AS more
) AS answer
WHERE caller.token_hash = $1
