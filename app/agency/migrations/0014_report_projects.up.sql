-- The first of four reports, each a materialized view with a unique index, so that refreshing locks no reader out.
-- "Overdue" and "today" are as of the refresh, whose moment report_refreshes tells.
SET LOCAL statement_timeout = '5min';

CREATE TABLE report_refreshes (
    refreshed_at timestamptz NOT NULL,
    milliseconds integer NOT NULL,
    view text PRIMARY KEY
);
COMMENT ON TABLE report_refreshes IS 'How old each report is; written by whoever refreshes it, as the owner.';

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

INSERT INTO report_refreshes (view, refreshed_at, milliseconds)
VALUES
    ('report_projects', now(), 0);

GRANT SELECT ON report_projects, report_refreshes TO bantam_app;
