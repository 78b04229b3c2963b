-- The lines of a report that the caller may see, under its filters: what the totals add up.
(
    SELECT {columns}
    FROM {view} AS r
    WHERE caller.role = 'admin'
      AND {conditions}
    UNION ALL
    SELECT {columns}
    FROM {view} AS r
    WHERE caller.role = 'project_manager'
      AND {own}
      AND {conditions}
)
