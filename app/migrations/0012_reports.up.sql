-- Four reports as materialized views, each with a unique index, so that refreshing locks no reader out. Their grain
-- is the month (UTC, its first day) where a report has a period: fine enough to filter by, a third of the rows that
-- days would take. "Overdue" and "today" are as of the refresh, whose moment report_refreshes tells.
SET LOCAL statement_timeout = '5min';

CREATE MATERIALIZED VIEW report_projects AS
SELECT
    p.id AS project_id,
    p.client_id,
    p.manager_id,
    p.starts_on,
    p.due_on,
    p.status,
    p.budget,
    coalesce(work.tasks, 0) AS tasks,
    coalesce(work.todo, 0) AS todo,
    coalesce(work.in_progress, 0) AS in_progress,
    coalesce(work.blocked, 0) AS blocked,
    coalesce(work.review, 0) AS review,
    coalesce(work.done, 0) AS done,
    coalesce(work.overdue, 0) AS overdue,
    coalesce(work.estimate_minutes, 0) AS estimate_minutes,
    coalesce(spent.minutes, 0) AS minutes,
    coalesce(spent.billable_minutes, 0) AS billable_minutes,
    coalesce(spent.value, 0)::numeric(14, 2) AS value,
    coalesce(billed.invoiced, 0)::numeric(14, 2) AS invoiced,
    coalesce(billed.paid, 0)::numeric(14, 2) AS paid,
    coalesce(work.done::numeric / nullif(work.tasks, 0), 0)::numeric(5, 4) AS completion,
    coalesce(spent.value / nullif(p.budget, 0), 0)::numeric(14, 4) AS budget_used
FROM projects AS p
LEFT JOIN (
    SELECT
        t.project_id,
        count(*) AS tasks,
        count(*) FILTER (WHERE t.status = 'todo') AS todo,
        count(*) FILTER (WHERE t.status = 'in_progress') AS in_progress,
        count(*) FILTER (WHERE t.status = 'blocked') AS blocked,
        count(*) FILTER (WHERE t.status = 'review') AS review,
        count(*) FILTER (WHERE t.status = 'done') AS done,
        count(*) FILTER (WHERE t.completed_at IS NULL AND t.due_on < current_date) AS overdue,
        sum(t.estimate_minutes) AS estimate_minutes
    FROM tasks AS t
    WHERE t.deleted_at IS NULL
    GROUP BY t.project_id
) AS work ON work.project_id = p.id
LEFT JOIN (
    SELECT
        e.project_id,
        sum(e.minutes) AS minutes,
        sum(e.minutes) FILTER (WHERE e.billable) AS billable_minutes,
        sum(e.minutes * e.hourly_rate) FILTER (WHERE e.billable) / 60 AS value
    FROM time_entries AS e
    WHERE e.deleted_at IS NULL
    GROUP BY e.project_id
) AS spent ON spent.project_id = p.id
LEFT JOIN (
    SELECT
        i.project_id,
        sum(i.amount) AS invoiced,
        sum(i.paid_amount) AS paid
    FROM invoices AS i
    WHERE i.status IN ('sent', 'paid')
    GROUP BY i.project_id
) AS billed ON billed.project_id = p.id
WHERE p.deleted_at IS NULL;
COMMENT ON MATERIALIZED VIEW report_projects IS
    'One row a project: budget, time and its value (billable minutes at the rate they were logged with), completion.';
CREATE UNIQUE INDEX report_projects_key ON report_projects (project_id);
CREATE INDEX report_projects_client ON report_projects (client_id, project_id);
CREATE INDEX report_projects_manager ON report_projects (manager_id, project_id);
CREATE INDEX report_projects_due ON report_projects (due_on, project_id);
CREATE INDEX report_projects_budget_used ON report_projects (budget_used, project_id);
CREATE INDEX report_projects_completion ON report_projects (completion, project_id);

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

CREATE MATERIALIZED VIEW report_team AS
SELECT
    month,
    user_id,
    coalesce(done.tasks_done, 0) AS tasks_done,
    coalesce(done.tasks_on_time, 0) AS tasks_on_time,
    coalesce(done.estimate_minutes, 0) AS estimate_minutes,
    coalesce(spent.minutes, 0) AS minutes,
    coalesce(spent.billable_minutes, 0) AS billable_minutes,
    coalesce(spent.value, 0)::numeric(14, 2) AS value,
    calendar.working_days * u.weekly_minutes / 5 AS capacity_minutes,
    coalesce(spent.billable_minutes::numeric / nullif(calendar.working_days * u.weekly_minutes / 5, 0), 0)::numeric(8, 4)
        AS utilization
FROM (
    SELECT
        date_trunc('month', t.completed_at AT TIME ZONE 'UTC')::date AS month,
        t.assignee_id AS user_id,
        count(*) AS tasks_done,
        count(*) FILTER (WHERE (t.completed_at AT TIME ZONE 'UTC')::date <= t.due_on) AS tasks_on_time,
        sum(t.estimate_minutes) AS estimate_minutes
    FROM tasks AS t
    WHERE t.completed_at IS NOT NULL
      AND t.assignee_id IS NOT NULL
      AND t.deleted_at IS NULL
    GROUP BY 1, t.assignee_id
) AS done
FULL JOIN (
    SELECT
        date_trunc('month', e.entry_date::timestamp)::date AS month,
        e.user_id,
        sum(e.minutes) AS minutes,
        sum(e.minutes) FILTER (WHERE e.billable) AS billable_minutes,
        sum(e.minutes * e.hourly_rate) FILTER (WHERE e.billable) / 60 AS value
    FROM time_entries AS e
    WHERE e.deleted_at IS NULL
    GROUP BY 1, e.user_id
) AS spent USING (month, user_id)
JOIN users AS u ON u.id = user_id
CROSS JOIN LATERAL (
    SELECT count(*) AS working_days
    FROM generate_series(month::timestamp, month + interval '1 month' - interval '1 day', '1 day') AS day
    WHERE extract(ISODOW FROM day) < 6
) AS calendar;
COMMENT ON MATERIALIZED VIEW report_team IS
    'By month and user: tasks done and how many by their day, time, and utilization: billable minutes of the capacity '
    'that Mondays to Fridays and users.weekly_minutes give.';
CREATE UNIQUE INDEX report_team_key ON report_team (month, user_id);
CREATE INDEX report_team_user ON report_team (user_id, month);
CREATE INDEX report_team_utilization ON report_team (month, utilization, user_id);

CREATE TABLE report_refreshes (
    refreshed_at timestamptz NOT NULL,
    milliseconds integer NOT NULL,
    view text PRIMARY KEY
);
COMMENT ON TABLE report_refreshes IS 'How old each report is; written by whoever refreshes it, as the owner.';
INSERT INTO report_refreshes (view, refreshed_at, milliseconds)
VALUES
    ('report_projects', now(), 0),
    ('report_time', now(), 0),
    ('report_finance', now(), 0),
    ('report_team', now(), 0);

GRANT SELECT ON report_projects, report_time, report_finance, report_team, report_refreshes TO bantam_app;
