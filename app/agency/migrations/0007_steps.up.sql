-- How a project is cut into steps: milestones with their tasks, and what is said about a task.

CREATE TABLE milestones (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id bigint NOT NULL REFERENCES projects,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    completed_at timestamptz,
    deleted_at timestamptz,
    due_on date NOT NULL,
    version integer NOT NULL DEFAULT 1,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    description text NOT NULL DEFAULT '',
    -- What tasks point at, so that a task's milestone is always one of its own project.
    CONSTRAINT milestones_of_project UNIQUE (id, project_id)
);
COMMENT ON TABLE milestones IS 'What a project delivers by some day; open until completed_at is set.';
CREATE INDEX milestones_project_due ON milestones (project_id, due_on, id);
CREATE INDEX milestones_open_due ON milestones (due_on, id) INCLUDE (project_id)
    WHERE completed_at IS NULL AND deleted_at IS NULL;

ALTER TABLE tasks ADD COLUMN milestone_id bigint;
COMMENT ON COLUMN tasks.milestone_id IS 'A milestone of the same project; moving a task elsewhere must clear it.';
ALTER TABLE tasks
    ADD CONSTRAINT tasks_milestone_of_project FOREIGN KEY (milestone_id, project_id)
    REFERENCES milestones (id, project_id);
CREATE INDEX tasks_milestone ON tasks (milestone_id) INCLUDE (completed_at)
    WHERE milestone_id IS NOT NULL AND deleted_at IS NULL;

CREATE TABLE comments (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    task_id bigint NOT NULL REFERENCES tasks,
    author_id bigint NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL DEFAULT now(),
    edited_at timestamptz,
    deleted_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    body text NOT NULL CHECK (length(body) BETWEEN 1 AND 10000)
);
COMMENT ON TABLE comments IS 'What was said about a task, oldest first by id. Whoever sees the task sees them.';
CREATE INDEX comments_task ON comments (task_id, id);
CREATE INDEX comments_author ON comments (author_id, id);

GRANT SELECT, INSERT ON milestones, comments TO bantam_app;
GRANT UPDATE (name, description, due_on, completed_at, updated_at, deleted_at, version) ON milestones TO bantam_app;
GRANT UPDATE (body, edited_at, deleted_at, version) ON comments TO bantam_app;
GRANT UPDATE (milestone_id) ON tasks TO bantam_app;
