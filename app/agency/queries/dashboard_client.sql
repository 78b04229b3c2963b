-- dashboard_client: the caller's company: projects, invoices, hours ($1 token hash)
WITH caller AS MATERIALIZED (
    SELECT
        c.user_id,
        c.client_id,
        c.key,
        c.seconds_left,
        c.role = 'client' AS allowed,
        (now() AT TIME ZONE c.time_zone)::date AS today,
        date_trunc('month', now() AT TIME ZONE c.time_zone)::date AS month
    FROM callers AS c
    WHERE c.token_hash = $1
),
ours AS MATERIALIZED (
    SELECT p.id, p.name, p.status, p.due_on, p.budget, p.manager_id
    FROM caller
    JOIN projects AS p ON p.client_id = caller.client_id
    WHERE caller.allowed
      AND p.status IN ('planned', 'active', 'on_hold')
      AND p.deleted_at IS NULL
),
hours AS MATERIALIZED (
    SELECT
        r.project_id,
        r.month,
        sum(r.minutes) AS minutes,
        sum(r.billable_minutes) AS billable_minutes
    FROM ours
    JOIN report_time AS r ON r.project_id = ours.id
    -- Two values, so that the index scan goes straight to these months instead of through a project's years.
    WHERE r.month >= (SELECT (c.month - interval '1 month')::date FROM caller AS c)
      AND r.month <= (SELECT c.month FROM caller AS c)
    GROUP BY r.project_id, r.month
)
SELECT
    caller.user_id || ' ' || caller.key AS caller,
    caller.seconds_left,
    (SELECT row_to_json(dashboard) WHERE caller.allowed) AS body
FROM caller
CROSS JOIN LATERAL (
    SELECT
        caller.user_id,
        (SELECT row_to_json(c) FROM (SELECT c.id, c.name FROM clients AS c WHERE c.id = caller.client_id) AS c)
            AS client,
        caller.today,
        (
            SELECT min(r.refreshed_at)
            FROM report_refreshes AS r
            WHERE r.view IN ('report_projects', 'report_time')
        ) AS totals_at,
        (SELECT count(*) FROM ours) AS project_count,
        (
            SELECT coalesce(json_agg(row_to_json(project)), '[]')
            FROM (
                SELECT
                    o.id,
                    o.name,
                    o.status,
                    o.due_on,
                    o.due_on < caller.today AS late,
                    o.budget,
                    coalesce(r.completion, 0) AS completion,
                    coalesce(r.minutes, 0) AS minutes,
                    (
                        SELECT coalesce(sum(h.minutes), 0)::bigint
                        FROM hours AS h
                        WHERE h.project_id = o.id
                          AND h.month = caller.month
                    ) AS month_minutes,
                    (SELECT row_to_json(u) FROM (SELECT u.id, u.name FROM users AS u WHERE u.id = o.manager_id) AS u)
                        AS manager,
                    (
                        SELECT row_to_json(milestone)
                        FROM (
                            SELECT m.id, m.name, m.due_on
                            FROM milestones AS m
                            WHERE m.project_id = o.id
                              AND m.completed_at IS NULL
                              AND m.deleted_at IS NULL
                            ORDER BY m.due_on, m.id
                            LIMIT 1
                        ) AS milestone
                    ) AS next_milestone
                FROM (
                    SELECT o.id, o.name, o.status, o.due_on, o.budget, o.manager_id
                    FROM ours AS o
                    ORDER BY o.due_on, o.id
                    LIMIT 25
                ) AS o
                LEFT JOIN report_projects AS r ON r.project_id = o.id
                ORDER BY o.due_on, o.id
            ) AS project
        ) AS projects,
        (
            SELECT coalesce(json_agg(row_to_json(owed)), '[]')
            FROM (
                SELECT
                    i.currency,
                    count(*) AS invoices,
                    sum(i.amount - i.paid_amount) AS amount,
                    count(*) FILTER (WHERE i.due_on < caller.today) AS overdue_invoices,
                    coalesce(sum(i.amount - i.paid_amount) FILTER (WHERE i.due_on < caller.today), 0) AS overdue_amount
                FROM invoices AS i
                WHERE i.client_id = caller.client_id
                  AND i.status = 'sent'
                GROUP BY i.currency
                ORDER BY i.currency
            ) AS owed
        ) AS owed,
        (
            SELECT coalesce(json_agg(row_to_json(invoice)), '[]')
            FROM (
                SELECT
                    i.id,
                    i.number,
                    i.project_id,
                    i.status,
                    i.issued_on,
                    i.due_on,
                    i.currency,
                    i.amount,
                    i.paid_amount,
                    i.status = 'sent' AND i.due_on < caller.today AS overdue
                FROM invoices AS i
                WHERE i.client_id = caller.client_id
                  AND i.status <> 'draft'
                ORDER BY i.id DESC
                LIMIT 10
            ) AS invoice
        ) AS invoices,
        (
            SELECT row_to_json(period)
            FROM (
                SELECT
                    caller.month AS starts_on,
                    coalesce(sum(h.minutes), 0)::bigint AS minutes,
                    coalesce(sum(h.billable_minutes), 0)::bigint AS billable_minutes
                FROM hours AS h
                WHERE h.month = caller.month
            ) AS period
        ) AS hours,
        (
            SELECT row_to_json(period)
            FROM (
                SELECT
                    (caller.month - interval '1 month')::date AS starts_on,
                    coalesce(sum(h.minutes), 0)::bigint AS minutes,
                    coalesce(sum(h.billable_minutes), 0)::bigint AS billable_minutes
                FROM hours AS h
                WHERE h.month < caller.month
            ) AS period
        ) AS hours_before
) AS dashboard;
