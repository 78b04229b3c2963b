-- dashboard_manager: the projects that the caller leads: health, team load, milestones, budget against hours ($1 token hash)
WITH caller AS MATERIALIZED (
    SELECT
        c.user_id,
        c.key,
        c.seconds_left,
        c.role IN ('admin', 'project_manager') AS allowed,
        (now() AT TIME ZONE c.time_zone)::date AS today,
        date_trunc('week', now() AT TIME ZONE c.time_zone)::date AS monday
    FROM callers AS c
    WHERE c.token_hash = $1
),
led AS MATERIALIZED (
    SELECT
        p.id,
        p.name,
        p.status,
        p.priority,
        p.due_on,
        p.budget,
        p.due_on < caller.today AS late
    FROM caller
    JOIN projects AS p ON p.manager_id = caller.user_id
    WHERE caller.allowed
      AND p.status IN ('active', 'on_hold')
      AND p.deleted_at IS NULL
),
open_tasks AS MATERIALIZED (
    SELECT
        t.project_id,
        t.assignee_id,
        count(*) AS open,
        count(*) FILTER (WHERE t.due_on < caller.today) AS overdue,
        count(*) FILTER (WHERE t.due_on BETWEEN caller.today AND caller.today + 6) AS due
    FROM caller
    CROSS JOIN led
    JOIN tasks AS t ON t.project_id = led.id
    WHERE t.completed_at IS NULL
      AND t.deleted_at IS NULL
    GROUP BY t.project_id, t.assignee_id
),
health AS MATERIALIZED (
    SELECT
        led.id,
        led.name,
        led.status,
        led.priority,
        led.due_on,
        coalesce(work.open, 0)::bigint AS open,
        coalesce(work.overdue, 0)::bigint AS overdue,
        coalesce(work.unassigned, 0)::bigint AS unassigned,
        coalesce(r.completion, 0) AS completion,
        led.budget,
        coalesce(r.value, 0) AS value,
        coalesce(r.value / nullif(led.budget, 0), 0)::numeric(14, 4) AS budget_used,
        coalesce(r.minutes, 0) AS minutes,
        coalesce(r.billable_minutes, 0) AS billable_minutes,
        CASE
            WHEN led.late THEN 'late'
            WHEN r.value > led.budget THEN 'over_budget'
            WHEN work.overdue > 0 OR r.value > led.budget * (r.completion + 0.2) THEN 'at_risk'
            ELSE 'on_track'
        END AS health
    FROM led
    LEFT JOIN report_projects AS r ON r.project_id = led.id
    LEFT JOIN (
        SELECT
            o.project_id,
            sum(o.open) AS open,
            sum(o.overdue) AS overdue,
            sum(o.open) FILTER (WHERE o.assignee_id IS NULL) AS unassigned
        FROM open_tasks AS o
        GROUP BY o.project_id
    ) AS work ON work.project_id = led.id
)
SELECT
    caller.user_id || ' ' || caller.key AS caller,
    caller.seconds_left,
    (SELECT row_to_json(dashboard) WHERE caller.allowed) AS body
FROM caller
CROSS JOIN LATERAL (
    SELECT
        caller.user_id,
        caller.today,
        (SELECT r.refreshed_at FROM report_refreshes AS r WHERE r.view = 'report_projects') AS totals_at,
        (
            SELECT row_to_json(summary)
            FROM (
                SELECT
                    count(*) AS projects,
                    count(*) FILTER (WHERE h.health = 'late') AS late,
                    count(*) FILTER (WHERE h.health = 'over_budget') AS over_budget,
                    count(*) FILTER (WHERE h.health = 'at_risk') AS at_risk,
                    count(*) FILTER (WHERE h.health = 'on_track') AS on_track,
                    coalesce(sum(h.open), 0)::bigint AS open,
                    coalesce(sum(h.overdue), 0)::bigint AS overdue,
                    coalesce(sum(h.unassigned), 0)::bigint AS unassigned,
                    coalesce(sum(h.budget), 0) AS budget,
                    coalesce(sum(h.value), 0) AS value,
                    coalesce(sum(h.minutes), 0)::bigint AS minutes,
                    coalesce(sum(h.billable_minutes), 0)::bigint AS billable_minutes
                FROM health AS h
            ) AS summary
        ) AS summary,
        (
            SELECT coalesce(json_agg(row_to_json(project)), '[]')
            FROM (
                SELECT
                    h.id,
                    h.name,
                    h.status,
                    h.priority,
                    h.due_on,
                    h.open,
                    h.overdue,
                    h.unassigned,
                    h.completion,
                    h.budget,
                    h.value,
                    h.budget_used,
                    h.minutes,
                    h.billable_minutes,
                    h.health
                FROM health AS h
                ORDER BY h.due_on, h.id
                LIMIT 25
            ) AS project
        ) AS projects,
        (
            SELECT coalesce(json_agg(row_to_json(person)), '[]')
            FROM (
                SELECT
                    u.id,
                    u.name,
                    load.open,
                    load.overdue,
                    load.due,
                    week.minutes AS week_minutes,
                    u.weekly_minutes
                FROM (
                    SELECT
                        o.assignee_id,
                        sum(o.open)::bigint AS open,
                        sum(o.overdue)::bigint AS overdue,
                        sum(o.due)::bigint AS due
                    FROM open_tasks AS o
                    WHERE o.assignee_id IS NOT NULL
                    GROUP BY o.assignee_id
                    ORDER BY sum(o.overdue) DESC, sum(o.open) DESC, o.assignee_id
                    LIMIT 25
                ) AS load
                JOIN users AS u ON u.id = load.assignee_id
                CROSS JOIN LATERAL (
                    SELECT coalesce(sum(e.minutes), 0) AS minutes
                    FROM time_entries AS e
                    WHERE e.user_id = load.assignee_id
                      AND e.deleted_at IS NULL
                      AND e.entry_date BETWEEN caller.monday AND caller.monday + 6
                ) AS week
                ORDER BY load.overdue DESC, load.open DESC, u.id
            ) AS person
        ) AS team,
        (SELECT count(DISTINCT o.assignee_id) FROM open_tasks AS o) AS team_count,
        (
            SELECT coalesce(json_agg(row_to_json(milestone)), '[]')
            FROM (
                SELECT
                    next.id,
                    next.name,
                    next.due_on,
                    next.project_id,
                    next.project_name,
                    next.due_on < caller.today AS late,
                    work.tasks,
                    work.done
                FROM (
                    SELECT m.id, m.name, m.due_on, m.project_id, led.name AS project_name
                    FROM led
                    JOIN milestones AS m ON m.project_id = led.id
                    WHERE m.completed_at IS NULL
                      AND m.deleted_at IS NULL
                    ORDER BY m.due_on, m.id
                    LIMIT 10
                ) AS next
                CROSS JOIN LATERAL (
                    SELECT
                        count(*) AS tasks,
                        count(t.completed_at) AS done
                    FROM tasks AS t
                    WHERE t.milestone_id = next.id
                      AND t.deleted_at IS NULL
                ) AS work
                ORDER BY next.due_on, next.id
            ) AS milestone
        ) AS milestones
) AS dashboard;
