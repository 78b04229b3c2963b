-- history_outlook: the days before and the days to come, for admins
SELECT history.outlook();
