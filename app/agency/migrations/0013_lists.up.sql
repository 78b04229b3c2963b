-- An index for every order in which a list may be asked for, each ending in the id that breaks ties. All columns of
-- one index ascend, so that a page in either direction begins with one row comparison. Which query needs which:
-- app/indexes.toml. Still none contains the status or updated_at of a task: moving between open states stays HOT.

DROP INDEX projects_client_id;
DROP INDEX projects_manager_id;
CREATE INDEX projects_client_due ON projects (client_id, due_on, id);
CREATE INDEX projects_manager_due ON projects (manager_id, due_on, id);
CREATE INDEX projects_due ON projects (due_on, id) WHERE deleted_at IS NULL;
CREATE INDEX projects_priority ON projects (priority_rank, due_on, id) WHERE deleted_at IS NULL;
CREATE INDEX projects_updated ON projects (updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX projects_by_name ON projects (name, id) WHERE deleted_at IS NULL;
CREATE INDEX projects_budget ON projects (budget, id) WHERE deleted_at IS NULL;

-- Open is completed_at IS NULL: no predicate mentions the status.
DROP INDEX tasks_assignee_id;
DROP INDEX tasks_assignee_open_due;
CREATE INDEX tasks_assignee_due ON tasks (assignee_id, due_on, id);
CREATE INDEX tasks_assignee_open_priority ON tasks (assignee_id, priority_rank, due_on, id)
    WHERE completed_at IS NULL AND deleted_at IS NULL;
CREATE INDEX tasks_assignee_completed ON tasks (assignee_id, completed_at, id)
    WHERE completed_at IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX tasks_project_open_due ON tasks (project_id, due_on, id) INCLUDE (assignee_id)
    WHERE completed_at IS NULL AND deleted_at IS NULL;
CREATE INDEX tasks_project_open_priority ON tasks (project_id, priority_rank, due_on, id)
    WHERE completed_at IS NULL AND deleted_at IS NULL;
CREATE INDEX tasks_project_completed ON tasks (project_id, completed_at, id)
    WHERE completed_at IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX tasks_due ON tasks (due_on, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_open_due ON tasks (due_on, id) WHERE completed_at IS NULL AND deleted_at IS NULL;
CREATE INDEX tasks_open_priority ON tasks (priority_rank, due_on, id)
    WHERE completed_at IS NULL AND deleted_at IS NULL;
CREATE INDEX tasks_completed ON tasks (completed_at, id)
    WHERE completed_at IS NOT NULL AND deleted_at IS NULL;

DROP INDEX time_entries_user_date;
DROP INDEX time_entries_project_id;
DROP INDEX time_entries_task_id;
CREATE INDEX time_entries_user_date ON time_entries (user_id, entry_date, id) INCLUDE (minutes, billable)
    WHERE deleted_at IS NULL;
CREATE INDEX time_entries_project_date ON time_entries (project_id, entry_date, id)
    INCLUDE (user_id, minutes, billable, hourly_rate)
    WHERE deleted_at IS NULL;
CREATE INDEX time_entries_task ON time_entries (task_id, id) INCLUDE (minutes)
    WHERE task_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX time_entries_date ON time_entries (entry_date, id) INCLUDE (minutes, billable)
    WHERE deleted_at IS NULL;

DROP INDEX invoices_client_id;
DROP INDEX invoices_project_id;
CREATE INDEX invoices_client ON invoices (client_id, id);
CREATE INDEX invoices_project ON invoices (project_id, id) INCLUDE (status);
CREATE INDEX invoices_issued ON invoices (issued_on, id) INCLUDE (amount, status) WHERE issued_on IS NOT NULL;
CREATE INDEX invoices_open_due ON invoices (due_on, id) INCLUDE (amount, paid_amount) WHERE status = 'sent';
CREATE INDEX invoices_client_open_due ON invoices (client_id, due_on, id) INCLUDE (amount, paid_amount)
    WHERE status = 'sent';

DROP INDEX api_tokens_user_id;
CREATE INDEX api_tokens_user ON api_tokens (user_id, created_at, token_hash);

-- Unread first, then newest first: read backwards, both descend.
DROP INDEX notifications_user_id;
DROP INDEX notifications_project_id;
CREATE INDEX notifications_user ON notifications (user_id, (read_at IS NULL), id);
-- A deleted project leaves nobody an unread word about it.
CREATE INDEX notifications_project_unread ON notifications (project_id, user_id) WHERE read_at IS NULL;
