-- What every edited row needs: a version that a writer must name (If-Match), when it last changed, and a way to
-- be taken out of sight without being lost. The statement that changes a row raises its version; a trigger would
-- hide that from whoever reads the statement, and cost every write a function call.
-- Clients and users are never deleted: clients.archived_at and users.deactivated_at stand for it.

ALTER TABLE clients
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN version integer NOT NULL DEFAULT 1;
COMMENT ON COLUMN clients.archived_at IS 'No longer worked for; hidden from lists, never deleted.';
COMMENT ON COLUMN clients.version IS 'Raised by every statement that changes the row; the ETag.';

ALTER TABLE users
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    ADD COLUMN weekly_minutes integer NOT NULL DEFAULT 2400
        CONSTRAINT users_weekly_minutes_fit CHECK (weekly_minutes BETWEEN 0 AND 10080),
    ADD COLUMN hourly_rate numeric(8, 2) NOT NULL DEFAULT 0
        CONSTRAINT users_hourly_rate_not_negative CHECK (hourly_rate >= 0);
COMMENT ON COLUMN users.deactivated_at IS 'May not log in any more (callers); hidden from lists, never deleted.';
COMMENT ON COLUMN users.version IS 'Raised by every statement that changes the row; the ETag.';
COMMENT ON COLUMN users.weekly_minutes IS 'Contracted working time; the capacity that utilization is measured by.';
COMMENT ON COLUMN users.hourly_rate IS 'What an hour of this user is charged now; time_entries keep what it was.';

ALTER TABLE projects
    ADD COLUMN deleted_at timestamptz,
    ADD COLUMN version integer NOT NULL DEFAULT 1;
COMMENT ON COLUMN projects.deleted_at IS 'Taken out of sight; no key opens a deleted project (project_keys).';
COMMENT ON COLUMN projects.version IS 'Raised by every statement that changes the row; the ETag.';

ALTER TABLE tasks
    ADD COLUMN deleted_at timestamptz,
    ADD COLUMN version integer NOT NULL DEFAULT 1;
COMMENT ON COLUMN tasks.deleted_at IS 'Taken out of sight; every reader says deleted_at IS NULL.';
COMMENT ON COLUMN tasks.version IS 'Raised by every statement that changes the row; the ETag.';

ALTER TABLE time_entries
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN deleted_at timestamptz,
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    ADD COLUMN hourly_rate numeric(8, 2) NOT NULL DEFAULT 0
        CONSTRAINT time_entries_hourly_rate_not_negative CHECK (hourly_rate >= 0);
COMMENT ON COLUMN time_entries.deleted_at IS 'Taken back; every reader says deleted_at IS NULL.';
COMMENT ON COLUMN time_entries.version IS 'Raised by every statement that changes the row; the ETag.';
COMMENT ON COLUMN time_entries.hourly_rate IS
    'The user''s rate when the time was logged, so that a rise does not change the past.';

-- What never changes, the app may not change: whose a project is, who logged the time, when a row was made.
REVOKE UPDATE ON clients, users, projects, tasks, time_entries, notifications FROM bantam_app;
GRANT UPDATE (name, industry, archived_at, updated_at, version) ON clients TO bantam_app;
GRANT UPDATE (
    name, email, role, time_zone, client_id, weekly_minutes, hourly_rate, deactivated_at, updated_at, version
) ON users TO bantam_app;
GRANT UPDATE (
    name, description, manager_id, starts_on, due_on, status, priority, budget, updated_at, deleted_at, version
) ON projects TO bantam_app;
GRANT UPDATE (
    project_id, assignee_id, due_on, estimate_minutes, status, priority, title, description,
    completed_at, updated_at, deleted_at, version
) ON tasks TO bantam_app;
GRANT UPDATE (
    project_id, task_id, entry_date, minutes, billable, note, hourly_rate, updated_at, deleted_at, version
) ON time_entries TO bantam_app;
GRANT UPDATE (read_at) ON notifications TO bantam_app;
