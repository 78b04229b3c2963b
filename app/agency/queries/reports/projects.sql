-- projects: project performance: budget, hours, completion
-- view
report_projects
-- own
r.manager_id = caller.user_id
-- columns
r.project_id, r.client_id, r.manager_id, r.starts_on, r.due_on, r.status, r.budget, r.tasks, r.todo, r.in_progress,
r.blocked, r.review, r.done, r.overdue, r.estimate_minutes, r.minutes, r.billable_minutes, r.value, r.invoiced, r.paid,
r.completion, r.budget_used
-- sums
r.budget, r.value, r.tasks, r.done, r.overdue, r.estimate_minutes, r.minutes, r.billable_minutes, r.invoiced, r.paid
-- month
r.starts_on < $value::date + interval '1 month'
-- filter client
r.client_id = $value::bigint
-- filter manager
r.manager_id = $value::bigint
-- filter project
r.project_id = $value::bigint
-- filter status
r.status = $value::text
-- filter from_date
r.due_on >= $value::date
-- filter to_date
r.due_on <= $value::date
-- sort project
r.project_id::bigint
-- sort due_on
r.due_on::date, r.project_id::bigint
-- sort budget_used
r.budget_used::numeric, r.project_id::bigint
-- sort completion
r.completion::numeric, r.project_id::bigint
-- line
SELECT
    (SELECT row_to_json(p) FROM (SELECT p.id, p.name FROM projects AS p WHERE p.id = r.project_id) AS p) AS project,
    (SELECT row_to_json(c) FROM (SELECT c.id, c.name FROM clients AS c WHERE c.id = r.client_id) AS c) AS client,
    (SELECT row_to_json(u) FROM (SELECT u.id, u.name FROM users AS u WHERE u.id = r.manager_id) AS u) AS manager,
    r.status,
    r.starts_on,
    r.due_on,
    r.budget,
    r.value,
    r.budget_used,
    r.completion,
    r.tasks,
    r.todo,
    r.in_progress,
    r.blocked,
    r.review,
    r.done,
    r.overdue,
    r.estimate_minutes,
    r.minutes,
    r.billable_minutes,
    r.invoiced,
    r.paid
-- total
row_to_json(sums)
FROM (
    SELECT
        coalesce(sum(r.lines), 0)::bigint AS lines,
        coalesce(sum(r.budget), 0) AS budget,
        coalesce(sum(r.value), 0) AS value,
        coalesce(sum(r.tasks), 0)::bigint AS tasks,
        coalesce(sum(r.done), 0)::bigint AS done,
        coalesce(sum(r.overdue), 0)::bigint AS overdue,
        coalesce(sum(r.estimate_minutes), 0)::bigint AS estimate_minutes,
        coalesce(sum(r.minutes), 0)::bigint AS minutes,
        coalesce(sum(r.billable_minutes), 0)::bigint AS billable_minutes,
        coalesce(sum(r.invoiced), 0) AS invoiced,
        coalesce(sum(r.paid), 0) AS paid
    FROM {rows} AS r
) AS sums
