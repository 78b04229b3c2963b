-- search_users: the active users that a caller sees and that match, best first ($1 token hash, $2 words, $3 score, $4 id, $5 limit)
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
    -- Planned with its words known: a rare word is looked up in its GIN index, a common one read newest first.
    WITH asked AS NOT MATERIALIZED (
        SELECT
            typed.words,
            CASE
                WHEN $2 ~ '[[:alnum:]]$'
                    AND typed.words::text ~ '''$'
                    AND typed.words::text !~ '!''([^'']|'''')*''$'
                    THEN typed.words || (typed.words::text || ':*')::tsquery
                ELSE typed.words
            END AS query
        FROM (SELECT websearch_to_tsquery('simple', $2) AS words) AS typed
    ),
    found AS MATERIALIZED (
        SELECT
            matching.id,
            matching.search
        FROM asked
        CROSS JOIN LATERAL (
            (
                SELECT u.id, u.search
                FROM users AS u
                WHERE caller.role <> 'client'
                  AND u.search @@ asked.query
                  AND u.deactivated_at IS NULL
                ORDER BY u.id DESC
                LIMIT 1001
            )
            UNION ALL
            (
                SELECT u.id, u.search
                FROM users AS u
                WHERE caller.role = 'client'
                  AND u.id IN (
                      SELECT ours.id
                      FROM users AS ours
                      WHERE ours.client_id = caller.client_id
                      UNION ALL
                      SELECT p.manager_id
                      FROM seen_projects(caller.user_id, caller.client_id, 'client') AS s
                      JOIN projects AS p ON p.id = s.project_id
                      UNION ALL
                      SELECT m.user_id
                      FROM seen_projects(caller.user_id, caller.client_id, 'client') AS s
                      JOIN project_members AS m ON m.project_id = s.project_id
                  )
                  AND u.search @@ asked.query
                  AND u.deactivated_at IS NULL
                ORDER BY u.id DESC
                LIMIT 1001
            )
        ) AS matching
    ),
    near AS MATERIALIZED (
        SELECT
            similar_one.id,
            similar_one.similarity
        FROM (
            (
                SELECT u.id, word_similarity($2, u.name) AS similarity
                FROM users AS u
                WHERE caller.role <> 'client'
                  AND $2 <% u.name
                  AND u.deactivated_at IS NULL
                LIMIT 1001
            )
            UNION ALL
            (
                SELECT u.id, word_similarity($2, u.name) AS similarity
                FROM users AS u
                WHERE caller.role = 'client'
                  AND u.id IN (
                      SELECT ours.id
                      FROM users AS ours
                      WHERE ours.client_id = caller.client_id
                      UNION ALL
                      SELECT p.manager_id
                      FROM seen_projects(caller.user_id, caller.client_id, 'client') AS s
                      JOIN projects AS p ON p.id = s.project_id
                      UNION ALL
                      SELECT m.user_id
                      FROM seen_projects(caller.user_id, caller.client_id, 'client') AS s
                      JOIN project_members AS m ON m.project_id = s.project_id
                  )
                  AND $2 <% u.name
                  AND u.deactivated_at IS NULL
                LIMIT 1001
            )
        ) AS similar_one
        WHERE NOT EXISTS (SELECT FROM found)
          -- Without letters there is no trigram, and every row would be compared.
          AND show_trgm($2) <> '{}'
    ),
    ranked AS MATERIALIZED (
        SELECT
            newest.id,
            round(1000000 * ts_rank_cd(newest.search, asked.query)::numeric)::bigint AS score
        FROM asked
        CROSS JOIN (
            SELECT
                found.id,
                found.search
            FROM found
            ORDER BY found.id DESC
            LIMIT 1000
        ) AS newest
        UNION ALL
        SELECT
            nearest.id,
            round(1000000 * nearest.similarity::numeric)::bigint
        FROM (
            SELECT
                near.id,
                near.similarity
            FROM near
            LIMIT 1000
        ) AS nearest
    ),
    rest AS (
        SELECT
            ranked.id,
            ranked.score
        FROM ranked
        WHERE (ranked.score, ranked.id) < ($3::bigint, $4::bigint)
    ),
    page AS MATERIALIZED (
        SELECT
            rest.id,
            rest.score
        FROM rest
        ORDER BY rest.score DESC, rest.id DESC
        LIMIT $5
    ),
    shown AS (
        SELECT
            page.id,
            u.name,
            u.email,
            u.role,
            page.score,
            ts_headline(
                'simple',
                replace(replace(replace(u.name, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'),
                asked.query,
                'HighlightAll=true, StartSel=<mark>, StopSel=</mark>'
            ) AS highlight
        FROM page
        JOIN users AS u ON u.id = page.id
        CROSS JOIN asked
    )
    SELECT
        (SELECT json_agg(row_to_json(shown) ORDER BY shown.score DESC, shown.id DESC) FROM shown) AS items,
        CASE WHEN EXISTS (SELECT FROM near) THEN 'similar' ELSE 'words' END AS match,
        (SELECT count(*) FROM ranked) AS ranked,
        (SELECT count(*) FROM found) + (SELECT count(*) FROM near) > 1000 AS bounded,
        (SELECT min(page.score) FROM page) AS last_score,
        (SELECT page.id FROM page ORDER BY page.score, page.id LIMIT 1) AS last_id,
        (SELECT count(*) FROM rest) > $5 AS more
) AS answer
WHERE caller.token_hash = $1;
