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
