-- What is being done: projects, who is on them, their tasks, and the time spent.

CREATE TABLE projects (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_id bigint NOT NULL REFERENCES clients,
    manager_id bigint NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    starts_on date NOT NULL,
    due_on date NOT NULL,
    status text NOT NULL DEFAULT 'planned'
        CHECK (status IN ('planned', 'active', 'on_hold', 'completed', 'cancelled')),
    priority text NOT NULL DEFAULT 'normal' CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
    budget numeric(12, 2) NOT NULL CHECK (budget >= 0),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    description text NOT NULL DEFAULT '',
    CONSTRAINT projects_end_after_start CHECK (due_on >= starts_on)
) WITH (fillfactor = 90);
COMMENT ON TABLE projects IS 'Work for one client, led by one manager.';
CREATE INDEX projects_client_id ON projects (client_id);
CREATE INDEX projects_manager_id ON projects (manager_id);

CREATE TABLE project_members (
    project_id bigint NOT NULL REFERENCES projects,
    user_id bigint NOT NULL REFERENCES users,
    joined_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (project_id, user_id)
);
COMMENT ON TABLE project_members IS 'Who works on a project and therefore sees it.';
CREATE INDEX project_members_user_id ON project_members (user_id, project_id);

CREATE TABLE tasks (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id bigint NOT NULL REFERENCES projects,
    assignee_id bigint REFERENCES users,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    completed_at timestamptz,
    due_on date NOT NULL,
    estimate_minutes integer CHECK (estimate_minutes > 0),
    status text NOT NULL DEFAULT 'todo'
        CHECK (status IN ('todo', 'in_progress', 'blocked', 'review', 'done')),
    priority text NOT NULL DEFAULT 'normal' CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
    description text NOT NULL DEFAULT '',
    CONSTRAINT tasks_done_is_completed CHECK ((status = 'done') = (completed_at IS NOT NULL))
) WITH (fillfactor = 90);
COMMENT ON TABLE tasks IS 'Steps of a project. Every task is due some day: lists are ordered by it.';
-- No index contains status or updated_at, so that a task moving between open states is a HOT update;
-- only completing it (completed_at, a predicate below) writes to indexes.
CREATE INDEX tasks_project_due ON tasks (project_id, due_on, id);
CREATE INDEX tasks_assignee_open_due ON tasks (assignee_id, due_on, id) WHERE completed_at IS NULL;
CREATE INDEX tasks_assignee_id ON tasks (assignee_id);

CREATE TABLE time_entries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users,
    project_id bigint NOT NULL REFERENCES projects,
    task_id bigint REFERENCES tasks,
    created_at timestamptz NOT NULL DEFAULT now(),
    entry_date date NOT NULL,
    minutes integer NOT NULL CHECK (minutes BETWEEN 1 AND 1440),
    billable boolean NOT NULL,
    note text NOT NULL DEFAULT ''
);
COMMENT ON TABLE time_entries IS 'Time that a user spent on a project on one day, in minutes.';
CREATE INDEX time_entries_user_date ON time_entries (user_id, entry_date) INCLUDE (minutes, billable);
CREATE INDEX time_entries_project_id ON time_entries (project_id);
CREATE INDEX time_entries_task_id ON time_entries (task_id);

-- The one place that says who sees a project, and with it the project's tasks: the keys that open it.
-- Each arm is a plain table, so that a join reaches every one of them by its index.
CREATE VIEW project_keys AS
SELECT p.id AS project_id, 'a' AS key
FROM projects AS p
UNION ALL
SELECT p.id, 'u' || p.manager_id
FROM projects AS p
UNION ALL
SELECT p.id, 'c' || p.client_id
FROM projects AS p
UNION ALL
SELECT m.project_id, 'u' || m.user_id
FROM project_members AS m;
COMMENT ON VIEW project_keys IS 'The keys (callers.key) that open each project.';

GRANT SELECT, INSERT, UPDATE ON projects, tasks, time_entries TO bantam_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON project_members TO bantam_app;
GRANT SELECT ON project_keys TO bantam_app;
