DROP INDEX notifications_user;
DROP INDEX notifications_project_unread;
CREATE INDEX notifications_user_id ON notifications (user_id);
CREATE INDEX notifications_project_id ON notifications (project_id);

DROP INDEX invoices_client;
DROP INDEX invoices_project;
DROP INDEX invoices_issued;
DROP INDEX invoices_open_due;
DROP INDEX invoices_client_open_due;
CREATE INDEX invoices_client_id ON invoices (client_id);
CREATE INDEX invoices_project_id ON invoices (project_id);

DROP INDEX time_entries_user_date;
DROP INDEX time_entries_project_date;
DROP INDEX time_entries_task;
DROP INDEX time_entries_date;
CREATE INDEX time_entries_user_date ON time_entries (user_id, entry_date) INCLUDE (minutes, billable);
CREATE INDEX time_entries_project_id ON time_entries (project_id);
CREATE INDEX time_entries_task_id ON time_entries (task_id);

DROP INDEX tasks_assignee_due;
DROP INDEX tasks_assignee_open_priority;
DROP INDEX tasks_assignee_completed;
DROP INDEX tasks_project_open_due;
DROP INDEX tasks_project_open_priority;
DROP INDEX tasks_project_completed;
DROP INDEX tasks_due;
DROP INDEX tasks_open_due;
DROP INDEX tasks_open_priority;
DROP INDEX tasks_completed;
CREATE INDEX tasks_assignee_id ON tasks (assignee_id);
CREATE INDEX tasks_assignee_open_due ON tasks (assignee_id, due_on, id) WHERE completed_at IS NULL;

DROP INDEX projects_client_due;
DROP INDEX projects_manager_due;
DROP INDEX projects_due;
DROP INDEX projects_priority;
DROP INDEX projects_updated;
DROP INDEX projects_by_name;
DROP INDEX projects_budget;
CREATE INDEX projects_client_id ON projects (client_id);
CREATE INDEX projects_manager_id ON projects (manager_id);
DROP INDEX api_tokens_user;
CREATE INDEX api_tokens_user_id ON api_tokens (user_id);
