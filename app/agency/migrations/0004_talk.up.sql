-- What people say to each other, and what the app says to them.

CREATE TABLE messages (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id bigint NOT NULL REFERENCES projects,
    author_id bigint NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL DEFAULT now(),
    body text NOT NULL CHECK (length(body) BETWEEN 1 AND 10000)
);
COMMENT ON TABLE messages IS 'The conversation of a project, oldest first by id.';
CREATE INDEX messages_project_id ON messages (project_id, id);
CREATE INDEX messages_author_id ON messages (author_id);

CREATE TABLE notifications (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users,
    project_id bigint REFERENCES projects,
    created_at timestamptz NOT NULL DEFAULT now(),
    read_at timestamptz,
    kind text NOT NULL
        CHECK (kind IN ('task_assigned', 'task_due', 'task_done', 'message', 'invoice', 'member_added')),
    body text NOT NULL
) WITH (fillfactor = 90);
COMMENT ON TABLE notifications IS 'What a user was told; unread until read_at is set.';
CREATE INDEX notifications_user_unread ON notifications (user_id, id) WHERE read_at IS NULL;
CREATE INDEX notifications_user_id ON notifications (user_id);
CREATE INDEX notifications_project_id ON notifications (project_id);

GRANT SELECT, INSERT ON messages TO bantam_app;
GRANT SELECT, INSERT, UPDATE ON notifications TO bantam_app;
