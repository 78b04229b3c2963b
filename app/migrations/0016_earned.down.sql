DROP INDEX thread_participants_thread;
CREATE INDEX thread_participants_user ON thread_participants (user_id, thread_id);
ALTER TABLE thread_participants
    DROP CONSTRAINT thread_participants_pkey,
    ADD CONSTRAINT thread_participants_pkey PRIMARY KEY (thread_id, user_id);

DROP INDEX project_members_project;
CREATE INDEX project_members_user_id ON project_members (user_id, project_id);
ALTER TABLE project_members
    DROP CONSTRAINT project_members_pkey,
    ADD CONSTRAINT project_members_pkey PRIMARY KEY (project_id, user_id);

CREATE INDEX thread_participants_unread ON thread_participants (user_id, thread_id) INCLUDE (first_unread_id)
    WHERE first_unread_id IS NOT NULL;
CREATE INDEX tasks_project_unassigned_due ON tasks (project_id, due_on, id)
    WHERE assignee_id IS NULL AND completed_at IS NULL AND deleted_at IS NULL;
CREATE INDEX time_entries_user_project_date ON time_entries (user_id, project_id, entry_date, id)
    WHERE deleted_at IS NULL;
CREATE INDEX users_search ON users USING gin (search) WITH (fastupdate = off);
CREATE INDEX users_by_name ON users (name, id) WHERE deactivated_at IS NULL;
CREATE INDEX projects_name_trigrams ON projects USING gin (name gin_trgm_ops) WITH (fastupdate = off);
CREATE INDEX notifications_project_unread ON notifications (project_id, user_id) WHERE read_at IS NULL;
CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at);
CREATE INDEX api_tokens_user_id ON api_tokens (user_id);
