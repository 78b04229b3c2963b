-- The time report. The grain of a report with a period is the month (UTC, its first day): fine enough to filter by, a
-- fifth of the rows that days would take. Its totals by month stand in a view of their own: a report without a filter
-- must not add up every line each time it is opened.
SET LOCAL statement_timeout = '5min';

CREATE MATERIALIZED VIEW report_time AS
SELECT
    date_trunc('month', e.entry_date::timestamp)::date AS month,
    e.user_id,
    e.project_id,
    p.client_id,
    count(*) AS entries,
    sum(e.minutes) AS minutes,
    coalesce(sum(e.minutes) FILTER (WHERE e.billable), 0) AS billable_minutes,
    coalesce(sum(e.minutes * e.hourly_rate) FILTER (WHERE e.billable) / 60, 0)::numeric(14, 2) AS value
FROM time_entries AS e
JOIN projects AS p ON p.id = e.project_id
WHERE e.deleted_at IS NULL
  AND p.deleted_at IS NULL
GROUP BY 1, e.user_id, e.project_id, p.client_id;
COMMENT ON MATERIALIZED VIEW report_time IS 'Time by month, user and project, with its billable part and that one''s value.';
CREATE UNIQUE INDEX report_time_key ON report_time (month, user_id, project_id);
CREATE INDEX report_time_user ON report_time (user_id, month, project_id);
CREATE INDEX report_time_project ON report_time (project_id, month, user_id);

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

INSERT INTO report_refreshes (view, refreshed_at, milliseconds)
VALUES
    ('report_time', now(), 0),
    ('report_time_months', now(), 0);

GRANT SELECT ON report_time, report_time_months TO bantam_app;
