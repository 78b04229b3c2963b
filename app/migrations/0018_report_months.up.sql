-- The reports' totals by month: a report without a filter must not add up every line each time it is opened.

DROP MATERIALIZED VIEW report_revenue;
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

CREATE MATERIALIZED VIEW report_time_months AS
SELECT
    t.month,
    count(*) AS lines,
    sum(t.entries)::bigint AS entries,
    sum(t.minutes)::bigint AS minutes,
    sum(t.billable_minutes)::bigint AS billable_minutes,
    sum(t.value)::numeric(16, 2) AS value
FROM report_time AS t
GROUP BY t.month;
COMMENT ON MATERIALIZED VIEW report_time_months IS 'The totals of report_time by month; refreshed after it.';
CREATE UNIQUE INDEX report_time_months_key ON report_time_months (month);

CREATE MATERIALIZED VIEW report_team_months AS
SELECT
    t.month,
    count(*) AS lines,
    sum(t.tasks_done)::bigint AS tasks_done,
    sum(t.tasks_on_time)::bigint AS tasks_on_time,
    sum(t.estimate_minutes)::bigint AS estimate_minutes,
    sum(t.minutes)::bigint AS minutes,
    sum(t.billable_minutes)::bigint AS billable_minutes,
    sum(t.value)::numeric(16, 2) AS value,
    sum(t.capacity_minutes)::bigint AS capacity_minutes
FROM report_team AS t
GROUP BY t.month;
COMMENT ON MATERIALIZED VIEW report_team_months IS 'The totals of report_team by month; refreshed after it.';
CREATE UNIQUE INDEX report_team_months_key ON report_team_months (month);

INSERT INTO report_refreshes (view, refreshed_at, milliseconds)
SELECT r.view || '_months', r.refreshed_at, 0
FROM report_refreshes AS r
WHERE r.view IN ('report_time', 'report_team');

GRANT SELECT ON report_revenue, report_time_months, report_team_months TO bantam_app;
