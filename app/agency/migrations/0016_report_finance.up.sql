-- The financial report, and its totals by month: also the admin's dashboard reads those.
SET LOCAL statement_timeout = '5min';

CREATE MATERIALIZED VIEW report_finance AS
SELECT
    month,
    project_id,
    currency,
    p.client_id,
    coalesce(issued.invoices, 0) AS invoices,
    coalesce(issued.invoiced, 0)::numeric(14, 2) AS invoiced,
    coalesce(issued.outstanding, 0)::numeric(14, 2) AS outstanding,
    coalesce(issued.overdue, 0)::numeric(14, 2) AS overdue,
    coalesce(received.payments, 0) AS payments,
    coalesce(received.paid, 0)::numeric(14, 2) AS paid
FROM (
    SELECT
        date_trunc('month', i.issued_on::timestamp)::date AS month,
        i.project_id,
        i.currency,
        count(*) AS invoices,
        sum(i.amount) AS invoiced,
        sum(i.amount - i.paid_amount) AS outstanding,
        sum(i.amount - i.paid_amount) FILTER (WHERE i.due_on < current_date) AS overdue
    FROM invoices AS i
    WHERE i.status IN ('sent', 'paid')
    GROUP BY 1, i.project_id, i.currency
) AS issued
FULL JOIN (
    SELECT
        date_trunc('month', y.paid_on::timestamp)::date AS month,
        i.project_id,
        i.currency,
        count(*) AS payments,
        sum(y.amount) AS paid
    FROM payments AS y
    JOIN invoices AS i ON i.id = y.invoice_id
    GROUP BY 1, i.project_id, i.currency
) AS received USING (month, project_id, currency)
JOIN projects AS p ON p.id = project_id;
COMMENT ON MATERIALIZED VIEW report_finance IS
    'By month, project and currency: what was invoiced that month and is still owed of it, and what came in (revenue).';
CREATE UNIQUE INDEX report_finance_key ON report_finance (month, project_id, currency);
CREATE INDEX report_finance_client ON report_finance (client_id, month, project_id, currency);
CREATE INDEX report_finance_project ON report_finance (project_id, month, currency);

CREATE MATERIALIZED VIEW report_revenue AS
SELECT
    f.month,
    f.currency,
    count(*) AS lines,
    sum(f.invoices)::bigint AS invoices,
    sum(f.invoiced)::numeric(16, 2) AS invoiced,
    sum(f.outstanding)::numeric(16, 2) AS outstanding,
    sum(f.overdue)::numeric(16, 2) AS overdue,
    sum(f.payments)::bigint AS payments,
    sum(f.paid)::numeric(16, 2) AS paid
FROM report_finance AS f
GROUP BY f.month, f.currency;
COMMENT ON MATERIALIZED VIEW report_revenue IS 'The totals of report_finance by month and currency; refreshed after it.';
CREATE UNIQUE INDEX report_revenue_key ON report_revenue (month, currency);

INSERT INTO report_refreshes (view, refreshed_at, milliseconds)
VALUES
    ('report_finance', now(), 0),
    ('report_revenue', now(), 0);

GRANT SELECT ON report_finance, report_revenue TO bantam_app;
