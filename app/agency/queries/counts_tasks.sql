-- counts_tasks: all tasks that a caller sees, by status, as of the last refresh of the reports ($1 token hash)
SELECT
    caller.user_id || ' ' || caller.key AS caller,
    caller.seconds_left,
    (
        SELECT row_to_json(n)
        FROM (
            SELECT
                coalesce(sum(r.tasks), 0) AS total,
                coalesce(sum(r.todo), 0) AS todo,
                coalesce(sum(r.in_progress), 0) AS in_progress,
                coalesce(sum(r.blocked), 0) AS blocked,
                coalesce(sum(r.review), 0) AS review,
                coalesce(sum(r.done), 0) AS done,
                coalesce(sum(r.overdue), 0) AS overdue,
                (SELECT f.refreshed_at FROM report_refreshes AS f WHERE f.view = 'report_projects') AS as_of
            FROM seen_projects(caller.user_id, caller.client_id, caller.role) AS seen
            JOIN report_projects AS r ON r.project_id = seen.project_id
        ) AS n
    ) AS body
FROM callers AS caller
WHERE caller.token_hash = $1;
