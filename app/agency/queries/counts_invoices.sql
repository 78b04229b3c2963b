-- counts_invoices: the invoices that a caller sees, by status ($1 token hash)
SELECT
    caller.user_id || ' ' || caller.key AS caller,
    caller.seconds_left,
    (
        SELECT row_to_json(n)
        FROM (
            SELECT
                coalesce(sum(each.n), 0) AS total,
                coalesce(sum(each.n) FILTER (WHERE each.status = 'draft'), 0) AS draft,
                coalesce(sum(each.n) FILTER (WHERE each.status = 'sent'), 0) AS sent,
                coalesce(sum(each.n) FILTER (WHERE each.status = 'paid'), 0) AS paid,
                coalesce(sum(each.n) FILTER (WHERE each.status = 'void'), 0) AS void
            FROM (
                -- Counting all with an index and subtracting those of deleted projects avoids reading the table.
                SELECT
                    i.status,
                    count(*) AS n
                FROM invoices AS i
                WHERE caller.role = 'admin'
                GROUP BY i.status
                UNION ALL
                SELECT
                    i.status,
                    -count(*)
                FROM projects AS p
                CROSS JOIN LATERAL (
                    SELECT ours.status
                    FROM invoices AS ours
                    WHERE ours.project_id = p.id
                    OFFSET 0
                ) AS i
                WHERE caller.role = 'admin'
                  AND p.deleted_at IS NOT NULL
                GROUP BY i.status
                UNION ALL
                SELECT
                    i.status,
                    count(*)
                FROM (
                    SELECT ours.project_id
                    FROM seen_projects(caller.user_id, caller.client_id, 'client') AS ours
                    WHERE caller.role = 'client'
                    UNION ALL
                    SELECT theirs.project_id
                    FROM seen_projects(caller.user_id, caller.client_id, 'team_member') AS theirs
                    WHERE caller.role = 'project_manager'
                ) AS seen
                CROSS JOIN LATERAL (
                    SELECT ours.status
                    FROM invoices AS ours
                    WHERE ours.project_id = seen.project_id
                      AND (caller.role <> 'client' OR ours.status <> 'draft')
                    OFFSET 0
                ) AS i
                GROUP BY i.status
            ) AS each
        ) AS n
    ) AS body
FROM callers AS caller
WHERE caller.token_hash = $1;
