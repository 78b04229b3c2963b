-- Revenue by month for the admin's dashboard, which must not add up every project's months each time it is opened.
CREATE MATERIALIZED VIEW report_revenue AS
SELECT
    f.month,
    f.currency,
    sum(f.invoiced)::numeric(16, 2) AS invoiced,
    sum(f.outstanding)::numeric(16, 2) AS outstanding,
    sum(f.overdue)::numeric(16, 2) AS overdue,
    sum(f.paid)::numeric(16, 2) AS paid
FROM report_finance AS f
GROUP BY f.month, f.currency;
COMMENT ON MATERIALIZED VIEW report_revenue IS 'The totals of report_finance by month and currency; refreshed after it.';
CREATE UNIQUE INDEX report_revenue_key ON report_revenue (month, currency);

INSERT INTO report_refreshes (view, refreshed_at, milliseconds)
SELECT 'report_revenue', f.refreshed_at, 0
FROM report_refreshes AS f
WHERE f.view = 'report_finance';

GRANT SELECT ON report_revenue TO bantam_app;
