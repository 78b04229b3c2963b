-- database_performance: what PostgreSQL has done, for admins
SELECT monitoring.performance();
