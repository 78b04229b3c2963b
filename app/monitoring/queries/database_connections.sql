-- database_connections: who is connected to PostgreSQL, and who waits for whom, for admins
SELECT monitoring.connections();
