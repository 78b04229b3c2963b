-- counts_invoices: the invoices that a caller sees, by status, and how many are overdue ($1 token hash)
SELECT
    caller.user_id || ' ' || caller.key AS caller,
    caller.seconds_left,
    (
        SELECT row_to_json(n)
        FROM (
            SELECT
                count(*) AS total,
                count(*) FILTER (WHERE i.status = 'draft') AS draft,
                count(*) FILTER (WHERE i.status = 'sent') AS sent,
                count(*) FILTER (WHERE i.status = 'paid') AS paid,
                count(*) FILTER (WHERE i.status = 'void') AS void,
                count(*) FILTER (WHERE i.status = 'sent' AND i.due_on < current_date) AS overdue
            FROM seen_projects(caller.user_id, caller.client_id, caller.role) AS seen
            JOIN invoices AS i ON i.project_id = seen.project_id
            WHERE caller.role IN ('admin', 'project_manager')
               OR (caller.role = 'client' AND i.status <> 'draft')
        ) AS n
    ) AS body
FROM callers AS caller
WHERE caller.token_hash = $1;
