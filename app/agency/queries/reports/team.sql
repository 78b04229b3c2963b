-- team: team performance by month and user: tasks, productivity, utilization
-- view
report_team
-- own
r.user_id IN (
    SELECT m.user_id
    FROM projects AS p
    JOIN project_members AS m ON m.project_id = p.id
    WHERE p.manager_id = caller.user_id
      AND p.deleted_at IS NULL
    UNION ALL
    SELECT caller.user_id
)
-- columns
r.month, r.user_id, r.tasks_done, r.tasks_on_time, r.estimate_minutes, r.minutes, r.billable_minutes, r.value,
r.capacity_minutes, r.utilization
-- sums
r.tasks_done, r.tasks_on_time, r.estimate_minutes, r.minutes, r.billable_minutes, r.value, r.capacity_minutes
-- months from_date to_date
report_team_months
-- month
r.month = $value::date
-- filter user narrow
r.user_id = $value::bigint
-- filter from_date
r.month >= date_trunc('month', $value::date::timestamp)::date
-- filter to_date
r.month <= $value::date
-- sort month
r.month::date, r.user_id::bigint
-- sort user
r.user_id::bigint, r.month::date
-- sort utilization
r.month::date, r.utilization::numeric, r.user_id::bigint
-- line
SELECT
    r.month,
    (SELECT row_to_json(u) FROM (SELECT u.id, u.name FROM users AS u WHERE u.id = r.user_id) AS u) AS user,
    r.tasks_done,
    r.tasks_on_time,
    r.estimate_minutes,
    r.minutes,
    r.billable_minutes,
    r.value,
    r.capacity_minutes,
    r.utilization
-- total
row_to_json(sums)
FROM (
    SELECT
        coalesce(sum(r.lines), 0)::bigint AS lines,
        coalesce(sum(r.tasks_done), 0)::bigint AS tasks_done,
        coalesce(sum(r.tasks_on_time), 0)::bigint AS tasks_on_time,
        coalesce(sum(r.estimate_minutes), 0)::bigint AS estimate_minutes,
        coalesce(sum(r.minutes), 0)::bigint AS minutes,
        coalesce(sum(r.billable_minutes), 0)::bigint AS billable_minutes,
        coalesce(sum(r.value), 0) AS value,
        coalesce(sum(r.capacity_minutes), 0)::bigint AS capacity_minutes,
        coalesce(sum(r.billable_minutes) / nullif(sum(r.capacity_minutes), 0), 0)::numeric(8, 4) AS utilization
    FROM {rows} AS r
) AS sums
