-- search_all: the best five projects, tasks, users and clients that a caller sees and that match ($1 token hash, $2 words)
SELECT
    caller.user_id || ' ' || caller.key AS caller,
    caller.seconds_left,
    row_to_json(answer) AS body
FROM callers AS caller
CROSS JOIN LATERAL (
    -- Planned with its words known, like the four searches that it puts together.
    WITH asked AS NOT MATERIALIZED (
        SELECT
            CASE
                WHEN $2 ~ '[[:alnum:]]$'
                    AND typed.english::text ~ '''$'
                    AND typed.english::text !~ '!''([^'']|'''')*''$'
                    THEN typed.english || (typed.english::text || ':*')::tsquery
                ELSE typed.english
            END AS english,
            CASE
                WHEN $2 ~ '[[:alnum:]]$'
                    AND typed.simple::text ~ '''$'
                    AND typed.simple::text !~ '!''([^'']|'''')*''$'
                    THEN typed.simple || (typed.simple::text || ':*')::tsquery
                ELSE typed.simple
            END AS simple
        FROM (
            SELECT
                websearch_to_tsquery('english', $2) AS english,
                websearch_to_tsquery('simple', $2) AS simple
        ) AS typed
    ),
    found_projects AS MATERIALIZED (
        SELECT
            matching.id,
            matching.search
        FROM asked
        CROSS JOIN LATERAL (
            (
                SELECT p.id, p.search
                FROM projects AS p
                WHERE caller.role = 'admin'
                  AND p.search @@ asked.english
                  AND p.deleted_at IS NULL
                ORDER BY p.id DESC
                LIMIT 1001
            )
            UNION ALL
            (
                SELECT p.id, p.search
                FROM (
                    SELECT s.project_id
                    FROM seen_projects(caller.user_id, caller.client_id, 'client') AS s
                    WHERE caller.role = 'client'
                    UNION ALL
                    SELECT s.project_id
                    FROM seen_projects(caller.user_id, caller.client_id, 'team_member') AS s
                    WHERE caller.role IN ('project_manager', 'team_member')
                ) AS seen
                JOIN projects AS p ON p.id = seen.project_id
                WHERE caller.role <> 'admin'
                  AND p.search @@ asked.english
                  AND p.deleted_at IS NULL
                ORDER BY p.id DESC
                LIMIT 1001
            )
        ) AS matching
    ),
    found_tasks AS MATERIALIZED (
        SELECT
            matching.id,
            matching.search
        FROM asked
        CROSS JOIN LATERAL (
            (
                SELECT t.id, t.search
                FROM tasks AS t
                WHERE caller.role = 'admin'
                  AND t.search @@ asked.english
                  AND t.deleted_at IS NULL
                ORDER BY t.id DESC
                LIMIT 1001
            )
            UNION ALL
            (
                SELECT t.id, t.search
                FROM (
                    SELECT s.project_id
                    FROM seen_projects(caller.user_id, caller.client_id, 'client') AS s
                    WHERE caller.role = 'client'
                    UNION ALL
                    SELECT s.project_id
                    FROM seen_projects(caller.user_id, caller.client_id, 'team_member') AS s
                    WHERE caller.role IN ('project_manager', 'team_member')
                ) AS seen
                JOIN tasks AS t ON t.project_id = seen.project_id
                WHERE caller.role <> 'admin'
                  AND t.search @@ asked.english
                  AND t.deleted_at IS NULL
                ORDER BY t.id DESC
                LIMIT 1001
            )
        ) AS matching
    ),
    found_users AS MATERIALIZED (
        SELECT
            matching.id,
            matching.search
        FROM asked
        CROSS JOIN LATERAL (
            (
                SELECT u.id, u.search
                FROM users AS u
                WHERE caller.role <> 'client'
                  AND u.search @@ asked.simple
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
                  AND u.search @@ asked.simple
                  AND u.deactivated_at IS NULL
                ORDER BY u.id DESC
                LIMIT 1001
            )
        ) AS matching
    ),
    found_clients AS MATERIALIZED (
        SELECT
            matching.id,
            matching.search
        FROM asked
        CROSS JOIN LATERAL (
            (
                SELECT c.id, c.search
                FROM clients AS c
                WHERE caller.role <> 'client'
                  AND c.search @@ asked.simple
                  AND c.archived_at IS NULL
                ORDER BY c.id DESC
                LIMIT 1001
            )
            UNION ALL
            (
                SELECT c.id, c.search
                FROM clients AS c
                WHERE caller.role = 'client'
                  AND c.id = caller.client_id
                  AND c.search @@ asked.simple
                  AND c.archived_at IS NULL
                ORDER BY c.id DESC
                LIMIT 1001
            )
        ) AS matching
    ),
    similarly AS MATERIALIZED (
        SELECT
            NOT EXISTS (SELECT FROM found_projects)
            AND NOT EXISTS (SELECT FROM found_tasks)
            AND NOT EXISTS (SELECT FROM found_users)
            AND NOT EXISTS (SELECT FROM found_clients)
            -- Without letters there is no trigram, and every row would be compared.
            AND show_trgm($2) <> '{}' AS wanted
    ),
    near_projects AS MATERIALIZED (
        SELECT
            similar_one.id,
            similar_one.similarity
        FROM (
            (
                SELECT p.id, word_similarity($2, p.name) AS similarity
                FROM projects AS p
                WHERE caller.role = 'admin'
                  AND $2 <% p.name
                  AND p.deleted_at IS NULL
                LIMIT 1001
            )
            UNION ALL
            (
                SELECT p.id, word_similarity($2, p.name) AS similarity
                FROM (
                    SELECT s.project_id
                    FROM seen_projects(caller.user_id, caller.client_id, 'client') AS s
                    WHERE caller.role = 'client'
                    UNION ALL
                    SELECT s.project_id
                    FROM seen_projects(caller.user_id, caller.client_id, 'team_member') AS s
                    WHERE caller.role IN ('project_manager', 'team_member')
                ) AS seen
                JOIN projects AS p ON p.id = seen.project_id
                WHERE caller.role <> 'admin'
                  AND $2 <% p.name
                  AND p.deleted_at IS NULL
                LIMIT 1001
            )
        ) AS similar_one
        WHERE (SELECT similarly.wanted FROM similarly)
    ),
    top_projects AS MATERIALIZED (
        SELECT
            best.id,
            best.score
        FROM (
            SELECT
                newest.id,
                round(1000000 * ts_rank_cd(newest.search, asked.english)::numeric)::bigint AS score
            FROM asked
            CROSS JOIN (
                SELECT
                    found_projects.id,
                    found_projects.search
                FROM found_projects
                ORDER BY found_projects.id DESC
                LIMIT 1000
            ) AS newest
            UNION ALL
            SELECT
                nearest.id,
                round(1000000 * nearest.similarity::numeric)::bigint
            FROM (
                SELECT
                    near_projects.id,
                    near_projects.similarity
                FROM near_projects
                LIMIT 1000
            ) AS nearest
        ) AS best
        ORDER BY best.score DESC, best.id DESC
        LIMIT 5
    ),
    near_tasks AS MATERIALIZED (
        SELECT
            similar_one.id,
            similar_one.similarity
        FROM (
            (
                SELECT t.id, word_similarity($2, t.title) AS similarity
                FROM tasks AS t
                WHERE caller.role = 'admin'
                  AND $2 <% t.title
                  AND t.deleted_at IS NULL
                LIMIT 1001
            )
            UNION ALL
            (
                SELECT t.id, word_similarity($2, t.title) AS similarity
                FROM (
                    SELECT s.project_id
                    FROM seen_projects(caller.user_id, caller.client_id, 'client') AS s
                    WHERE caller.role = 'client'
                    UNION ALL
                    SELECT s.project_id
                    FROM seen_projects(caller.user_id, caller.client_id, 'team_member') AS s
                    WHERE caller.role IN ('project_manager', 'team_member')
                ) AS seen
                JOIN tasks AS t ON t.project_id = seen.project_id
                WHERE caller.role <> 'admin'
                  AND $2 <% t.title
                  AND t.deleted_at IS NULL
                LIMIT 1001
            )
        ) AS similar_one
        WHERE (SELECT similarly.wanted FROM similarly)
    ),
    top_tasks AS MATERIALIZED (
        SELECT
            best.id,
            best.score
        FROM (
            SELECT
                newest.id,
                round(1000000 * ts_rank_cd(newest.search, asked.english)::numeric)::bigint AS score
            FROM asked
            CROSS JOIN (
                SELECT
                    found_tasks.id,
                    found_tasks.search
                FROM found_tasks
                ORDER BY found_tasks.id DESC
                LIMIT 1000
            ) AS newest
            UNION ALL
            SELECT
                nearest.id,
                round(1000000 * nearest.similarity::numeric)::bigint
            FROM (
                SELECT
                    near_tasks.id,
                    near_tasks.similarity
                FROM near_tasks
                LIMIT 1000
            ) AS nearest
        ) AS best
        ORDER BY best.score DESC, best.id DESC
        LIMIT 5
    ),
    near_users AS MATERIALIZED (
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
        WHERE (SELECT similarly.wanted FROM similarly)
    ),
    top_users AS MATERIALIZED (
        SELECT
            best.id,
            best.score
        FROM (
            SELECT
                newest.id,
                round(1000000 * ts_rank_cd(newest.search, asked.simple)::numeric)::bigint AS score
            FROM asked
            CROSS JOIN (
                SELECT
                    found_users.id,
                    found_users.search
                FROM found_users
                ORDER BY found_users.id DESC
                LIMIT 1000
            ) AS newest
            UNION ALL
            SELECT
                nearest.id,
                round(1000000 * nearest.similarity::numeric)::bigint
            FROM (
                SELECT
                    near_users.id,
                    near_users.similarity
                FROM near_users
                LIMIT 1000
            ) AS nearest
        ) AS best
        ORDER BY best.score DESC, best.id DESC
        LIMIT 5
    ),
    near_clients AS MATERIALIZED (
        SELECT
            similar_one.id,
            similar_one.similarity
        FROM (
            (
                SELECT c.id, word_similarity($2, c.name) AS similarity
                FROM clients AS c
                WHERE caller.role <> 'client'
                  AND $2 <% c.name
                  AND c.archived_at IS NULL
                LIMIT 1001
            )
            UNION ALL
            (
                SELECT c.id, word_similarity($2, c.name) AS similarity
                FROM clients AS c
                WHERE caller.role = 'client'
                  AND c.id = caller.client_id
                  AND $2 <% c.name
                  AND c.archived_at IS NULL
                LIMIT 1001
            )
        ) AS similar_one
        WHERE (SELECT similarly.wanted FROM similarly)
    ),
    top_clients AS MATERIALIZED (
        SELECT
            best.id,
            best.score
        FROM (
            SELECT
                newest.id,
                round(1000000 * ts_rank_cd(newest.search, asked.simple)::numeric)::bigint AS score
            FROM asked
            CROSS JOIN (
                SELECT
                    found_clients.id,
                    found_clients.search
                FROM found_clients
                ORDER BY found_clients.id DESC
                LIMIT 1000
            ) AS newest
            UNION ALL
            SELECT
                nearest.id,
                round(1000000 * nearest.similarity::numeric)::bigint
            FROM (
                SELECT
                    near_clients.id,
                    near_clients.similarity
                FROM near_clients
                LIMIT 1000
            ) AS nearest
        ) AS best
        ORDER BY best.score DESC, best.id DESC
        LIMIT 5
    )
    SELECT
        CASE WHEN similarly.wanted THEN 'similar' ELSE 'words' END AS match,
        (
            SELECT row_to_json(hits)
            FROM (
                SELECT
                    (
                        SELECT coalesce(json_agg(row_to_json(hit) ORDER BY hit.score DESC, hit.id DESC), '[]')
                        FROM (
                            SELECT
                                top.id,
                                p.name,
                                top.score,
                                ts_headline(
                                    'english',
                                    replace(replace(replace(p.name, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'),
                                    asked.english,
                                    'HighlightAll=true, StartSel=<mark>, StopSel=</mark>'
                                ) AS highlight
                            FROM top_projects AS top
                            JOIN projects AS p ON p.id = top.id
                            CROSS JOIN asked
                        ) AS hit
                    ) AS items,
                    least(found.count + near.count, 1000) AS ranked,
                    found.count + near.count > 1000 AS bounded
                FROM (SELECT count(*) FROM found_projects) AS found
                CROSS JOIN (SELECT count(*) FROM near_projects) AS near
            ) AS hits
        ) AS projects,
        (
            SELECT row_to_json(hits)
            FROM (
                SELECT
                    (
                        SELECT coalesce(json_agg(row_to_json(hit) ORDER BY hit.score DESC, hit.id DESC), '[]')
                        FROM (
                            SELECT
                                top.id,
                                t.title AS name,
                                top.score,
                                ts_headline(
                                    'english',
                                    replace(replace(replace(t.title, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'),
                                    asked.english,
                                    'HighlightAll=true, StartSel=<mark>, StopSel=</mark>'
                                ) AS highlight
                            FROM top_tasks AS top
                            JOIN tasks AS t ON t.id = top.id
                            CROSS JOIN asked
                        ) AS hit
                    ) AS items,
                    least(found.count + near.count, 1000) AS ranked,
                    found.count + near.count > 1000 AS bounded
                FROM (SELECT count(*) FROM found_tasks) AS found
                CROSS JOIN (SELECT count(*) FROM near_tasks) AS near
            ) AS hits
        ) AS tasks,
        (
            SELECT row_to_json(hits)
            FROM (
                SELECT
                    (
                        SELECT coalesce(json_agg(row_to_json(hit) ORDER BY hit.score DESC, hit.id DESC), '[]')
                        FROM (
                            SELECT
                                top.id,
                                u.name,
                                top.score,
                                ts_headline(
                                    'simple',
                                    replace(replace(replace(u.name, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'),
                                    asked.simple,
                                    'HighlightAll=true, StartSel=<mark>, StopSel=</mark>'
                                ) AS highlight
                            FROM top_users AS top
                            JOIN users AS u ON u.id = top.id
                            CROSS JOIN asked
                        ) AS hit
                    ) AS items,
                    least(found.count + near.count, 1000) AS ranked,
                    found.count + near.count > 1000 AS bounded
                FROM (SELECT count(*) FROM found_users) AS found
                CROSS JOIN (SELECT count(*) FROM near_users) AS near
            ) AS hits
        ) AS users,
        (
            SELECT row_to_json(hits)
            FROM (
                SELECT
                    (
                        SELECT coalesce(json_agg(row_to_json(hit) ORDER BY hit.score DESC, hit.id DESC), '[]')
                        FROM (
                            SELECT
                                top.id,
                                c.name,
                                top.score,
                                ts_headline(
                                    'simple',
                                    replace(replace(replace(c.name, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'),
                                    asked.simple,
                                    'HighlightAll=true, StartSel=<mark>, StopSel=</mark>'
                                ) AS highlight
                            FROM top_clients AS top
                            JOIN clients AS c ON c.id = top.id
                            CROSS JOIN asked
                        ) AS hit
                    ) AS items,
                    least(found.count + near.count, 1000) AS ranked,
                    found.count + near.count > 1000 AS bounded
                FROM (SELECT count(*) FROM found_clients) AS found
                CROSS JOIN (SELECT count(*) FROM near_clients) AS near
            ) AS hits
        ) AS clients
    FROM similarly
) AS answer
WHERE caller.token_hash = $1;
