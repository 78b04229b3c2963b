DROP MATERIALIZED VIEW report_team_months;
DROP MATERIALIZED VIEW report_time_months;
DELETE FROM report_refreshes WHERE view IN ('report_time_months', 'report_team_months');

DROP MATERIALIZED VIEW report_revenue;
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
GRANT SELECT ON report_revenue TO bantam_app;
