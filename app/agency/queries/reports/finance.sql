-- finance: invoices and payments (revenue) by month, project and currency
-- view
report_finance
-- own
r.project_id IN (SELECT p.id FROM projects AS p WHERE p.manager_id = caller.user_id)
-- columns
r.month, r.project_id, r.currency, r.client_id, r.invoices, r.invoiced, r.outstanding, r.overdue, r.payments, r.paid
-- sums
r.currency, r.invoices, r.invoiced, r.outstanding, r.overdue, r.payments, r.paid
-- months from_date to_date currency
report_revenue
-- month
r.month = $value::date
-- filter client narrow
r.client_id = $value::bigint
-- filter project narrow
r.project_id = $value::bigint
-- filter currency
r.currency = $value::text
-- filter from_date
r.month >= date_trunc('month', $value::date::timestamp)::date
-- filter to_date
r.month <= $value::date
-- sort month
r.month::date, r.project_id::bigint, r.currency::text
-- sort client
r.client_id::bigint, r.month::date, r.project_id::bigint, r.currency::text
-- sort project
r.project_id::bigint, r.month::date, r.currency::text
-- line
SELECT
    r.month,
    (SELECT row_to_json(p) FROM (SELECT p.id, p.name FROM projects AS p WHERE p.id = r.project_id) AS p) AS project,
    (SELECT row_to_json(c) FROM (SELECT c.id, c.name FROM clients AS c WHERE c.id = r.client_id) AS c) AS client,
    r.currency,
    r.invoices,
    r.invoiced,
    r.outstanding,
    r.overdue,
    r.payments,
    r.paid
-- total
coalesce(json_agg(row_to_json(sums) ORDER BY sums.currency), '[]')
FROM (
    SELECT
        r.currency,
        sum(r.lines)::bigint AS lines,
        sum(r.invoices)::bigint AS invoices,
        sum(r.invoiced) AS invoiced,
        sum(r.outstanding) AS outstanding,
        sum(r.overdue) AS overdue,
        sum(r.payments)::bigint AS payments,
        sum(r.paid) AS paid
    FROM {rows} AS r
    GROUP BY r.currency
) AS sums
