-- A project's conversation in threads, how far everyone in them has read, and what else people are told of.

CREATE TABLE threads (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id bigint NOT NULL REFERENCES projects,
    last_message_id bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    subject text NOT NULL CHECK (length(subject) BETWEEN 1 AND 200),
    -- What messages point at, so that a message's project is always that of its thread.
    CONSTRAINT threads_of_project UNIQUE (id, project_id)
) WITH (fillfactor = 90);
COMMENT ON TABLE threads IS 'Conversations of a project, the one with the newest message first.';
COMMENT ON COLUMN threads.last_message_id IS
    'Raised by the statement that adds a message; unique, so it alone is the position in the list. No foreign key: '
    'messages point here.';
CREATE INDEX threads_project_latest ON threads (project_id, last_message_id);

CREATE TABLE thread_participants (
    thread_id bigint NOT NULL REFERENCES threads,
    user_id bigint NOT NULL REFERENCES users,
    first_unread_id bigint,
    joined_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, thread_id)
) WITH (fillfactor = 90);
COMMENT ON TABLE thread_participants IS 'Who takes part in a thread and is told of its messages.';
COMMENT ON COLUMN thread_participants.first_unread_id IS
    'The oldest message that this user has not read, NULL when all are read. A new message writes here only for those '
    'who had read everything, not once for each message and reader.';
CREATE INDEX thread_participants_thread ON thread_participants (thread_id, user_id);

ALTER TABLE messages
    ADD COLUMN thread_id bigint,
    ADD COLUMN edited_at timestamptz,
    ADD COLUMN deleted_at timestamptz,
    ADD COLUMN version integer NOT NULL DEFAULT 1;
COMMENT ON COLUMN messages.project_id IS 'That of its thread; kept here so that who may see it needs no join.';
COMMENT ON COLUMN messages.deleted_at IS 'Taken back; every reader says deleted_at IS NULL.';
COMMENT ON COLUMN messages.version IS 'Raised by every statement that changes the row; the ETag.';

-- What was said before there were threads becomes one thread a project, read by all who spoke. This touches every
-- message in one statement; the tables are an agency's seed so far, and the app is stopped for nobody's sake.
SET LOCAL statement_timeout = '5min';
INSERT INTO threads (project_id, last_message_id, created_at, subject)
SELECT m.project_id, max(m.id), min(m.created_at), 'Conversation'
FROM messages AS m
GROUP BY m.project_id;
UPDATE messages AS m
SET thread_id = t.id
FROM threads AS t
WHERE t.project_id = m.project_id;
INSERT INTO thread_participants (thread_id, user_id, joined_at)
SELECT m.thread_id, m.author_id, min(m.created_at)
FROM messages AS m
GROUP BY m.thread_id, m.author_id;
ALTER TABLE messages ALTER COLUMN thread_id SET NOT NULL;
ALTER TABLE messages
    ADD CONSTRAINT messages_thread_of_project FOREIGN KEY (thread_id, project_id)
    REFERENCES threads (id, project_id);
CREATE INDEX messages_thread ON messages (thread_id, id);

DROP INDEX messages_author_id;
CREATE INDEX messages_author ON messages (author_id, id);

ALTER TABLE notifications DROP CONSTRAINT notifications_kind_check;
ALTER TABLE notifications ADD CONSTRAINT notifications_kind_check CHECK (
    kind IN ('task_assigned', 'task_due', 'task_done', 'message', 'invoice', 'member_added', 'comment', 'project')
);

GRANT SELECT, INSERT ON threads TO bantam_app;
GRANT UPDATE (subject, last_message_id) ON threads TO bantam_app;
GRANT SELECT, INSERT, DELETE ON thread_participants TO bantam_app;
GRANT UPDATE (first_unread_id) ON thread_participants TO bantam_app;
GRANT UPDATE (body, edited_at, deleted_at, version) ON messages TO bantam_app;
-- A thread names its last message and a message its thread: the statement that starts one needs a number before the
-- row is there.
GRANT USAGE ON SEQUENCE messages_id_seq TO bantam_app;
