-- history_chart: the last hours in steps, for admins ($1 hours)
SELECT history.chart($1::integer);
