-- The team report, and its totals by month.
SET LOCAL statement_timeout = '5min';

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
VALUES
    ('report_team', now(), 0),
    ('report_team_months', now(), 0);

GRANT SELECT ON report_team, report_team_months TO bantam_app;
