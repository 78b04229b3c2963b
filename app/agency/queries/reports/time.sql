-- time: time tracking by month, user and project
-- view
report_time
-- own
r.project_id IN (SELECT p.id FROM projects AS p WHERE p.manager_id = caller.user_id)
-- columns
r.month, r.user_id, r.project_id, r.client_id, r.entries, r.minutes, r.billable_minutes, r.value
-- sums
r.entries, r.minutes, r.billable_minutes, r.value
-- months from_date to_date
report_time_months
-- month
r.month = $value::date
-- filter user narrow
r.user_id = $value::bigint
-- filter project narrow
r.project_id = $value::bigint
-- filter client narrow
r.project_id IN (SELECT p.id FROM projects AS p WHERE p.client_id = $value::bigint)
-- filter billable is true
r.billable_minutes > 0
-- filter billable is false
r.billable_minutes < r.minutes
-- filter from_date
r.month >= date_trunc('month', $value::date::timestamp)::date
-- filter to_date
r.month <= $value::date
-- sort month
r.month::date, r.user_id::bigint, r.project_id::bigint
-- sort user
r.user_id::bigint, r.month::date, r.project_id::bigint
-- sort project
r.project_id::bigint, r.month::date, r.user_id::bigint
-- line
SELECT
    r.month,
    (SELECT row_to_json(u) FROM (SELECT u.id, u.name FROM users AS u WHERE u.id = r.user_id) AS u) AS user,
    (SELECT row_to_json(p) FROM (SELECT p.id, p.name FROM projects AS p WHERE p.id = r.project_id) AS p) AS project,
    (SELECT row_to_json(c) FROM (SELECT c.id, c.name FROM clients AS c WHERE c.id = r.client_id) AS c) AS client,
    r.entries,
    r.minutes,
    r.billable_minutes,
    r.value
-- total
row_to_json(sums)
FROM (
    SELECT
        coalesce(sum(r.lines), 0)::bigint AS lines,
        coalesce(sum(r.entries), 0)::bigint AS entries,
        coalesce(sum(r.minutes), 0)::bigint AS minutes,
        coalesce(sum(r.billable_minutes), 0)::bigint AS billable_minutes,
        coalesce(sum(r.value), 0) AS value
    FROM {rows} AS r
) AS sums
