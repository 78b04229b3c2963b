ALTER TABLE time_entries
    DROP COLUMN updated_at,
    DROP COLUMN deleted_at,
    DROP COLUMN version,
    DROP COLUMN hourly_rate;
ALTER TABLE tasks
    DROP COLUMN deleted_at,
    DROP COLUMN version;
ALTER TABLE projects
    DROP COLUMN deleted_at,
    DROP COLUMN version;
ALTER TABLE users
    DROP COLUMN updated_at,
    DROP COLUMN version,
    DROP COLUMN weekly_minutes,
    DROP COLUMN hourly_rate;
ALTER TABLE clients
    DROP COLUMN updated_at,
    DROP COLUMN version;
COMMENT ON COLUMN users.deactivated_at IS NULL;
COMMENT ON COLUMN clients.archived_at IS NULL;

-- Revoking from the table takes the columns' grants with it.
REVOKE UPDATE ON clients, users, projects, tasks, time_entries, notifications FROM bantam_app;
GRANT UPDATE ON clients, users, projects, tasks, time_entries, notifications TO bantam_app;
