REVOKE USAGE ON SEQUENCE messages_id_seq FROM bantam_app;
DELETE FROM notifications WHERE kind IN ('comment', 'project');
ALTER TABLE notifications DROP CONSTRAINT notifications_kind_check;
ALTER TABLE notifications ADD CONSTRAINT notifications_kind_check CHECK (
    kind IN ('task_assigned', 'task_due', 'task_done', 'message', 'invoice', 'member_added')
);
DROP INDEX messages_author;
CREATE INDEX messages_author_id ON messages (author_id);
-- The columns' grant on body outlives the columns that go.
REVOKE UPDATE ON messages FROM bantam_app;
ALTER TABLE messages
    DROP COLUMN thread_id,
    DROP COLUMN edited_at,
    DROP COLUMN deleted_at,
    DROP COLUMN version;
COMMENT ON COLUMN messages.project_id IS NULL;
DROP TABLE thread_participants;
DROP TABLE threads;
