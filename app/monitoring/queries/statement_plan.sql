-- statement_plan: one of the app's statements with its generic plan, for admins ($1 its id)
SELECT monitoring.plan($1::text);
