-- best: the best five of a kind, for the search across all kinds
(
    SELECT row_to_json(hits)
    FROM (
        SELECT
            (
                SELECT coalesce(json_agg(row_to_json(hit) ORDER BY hit.score DESC, hit.id DESC), '[]')
                FROM (
                    SELECT
                        page.id,
                        {title} AS name,
                        page.score,
                        {highlight} AS highlight
                    FROM (
                        SELECT r.id, r.score
                        FROM ranked_{kind} AS r
                        ORDER BY r.score DESC, r.id DESC
                        LIMIT 5
                    ) AS page
                    JOIN {table} ON {alias}.id = page.id
                    CROSS JOIN asked_{language} AS asked
                ) AS hit
            ) AS items,
            least(found.count + near.count, 1000) AS ranked,
            found.count + near.count > 1000 AS bounded
        FROM (SELECT count(*) FROM found_{kind}) AS found
        CROSS JOIN (SELECT count(*) FROM near_{kind}) AS near
    ) AS hits
) AS {kind}
