"""Reports of the day, the week, the month and the quarter, from the history and from PostgreSQL."""
