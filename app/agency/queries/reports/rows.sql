-- The rows that the totals add up: the lines themselves under filters that leave few, otherwise sums by month.
(
    SELECT
        {lines} AS lines,
        {sums}
    FROM {totals_view} AS r
    WHERE caller.role = 'admin'
      AND {conditions}
    UNION ALL
    SELECT
        1 AS lines,
        {sums}
    FROM {view} AS r
    WHERE caller.role = 'project_manager'
      AND {own}
      AND {conditions}
)
