-- Who did what and when; and which writes were answered already.

CREATE TABLE activity (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    actor_id bigint NOT NULL REFERENCES users,
    project_id bigint REFERENCES projects,
    entity_id bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    entity text NOT NULL CHECK (
        entity IN (
            'client', 'user', 'project', 'member', 'milestone', 'task', 'comment', 'time_entry', 'invoice', 'payment',
            'thread', 'message'
        )
    ),
    action text NOT NULL CHECK (
        action IN ('created', 'changed', 'moved', 'completed', 'reopened', 'deleted', 'issued', 'paid', 'voided')
    ),
    title text NOT NULL,
    changes jsonb
);
COMMENT ON TABLE activity IS
    'The feed, newest first by id; written by the statement that did it. Rows are never changed.';
COMMENT ON COLUMN activity.project_id IS 'Whose feed it stands in; NULL (a client, a user) is for admins only.';
COMMENT ON COLUMN activity.entity_id IS
    'The id in the entity''s table; no foreign key, as it is not always the same table. That of a member is the user.';
COMMENT ON COLUMN activity.title IS 'What the entity was called then.';
COMMENT ON COLUMN activity.changes IS 'Field to [before, after] for what was changed or moved.';
CREATE INDEX activity_project ON activity (project_id, id) WHERE project_id IS NOT NULL;
CREATE INDEX activity_actor ON activity (actor_id, id);
CREATE INDEX activity_entity ON activity (entity, entity_id, id);

CREATE TABLE idempotency_keys (
    user_id bigint NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL DEFAULT now() + interval '24 hours',
    status smallint NOT NULL CHECK (status BETWEEN 200 AND 299),
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
    request_hash bytea NOT NULL CHECK (octet_length(request_hash) = 32),
    body json,
    PRIMARY KEY (user_id, key)
);
COMMENT ON TABLE idempotency_keys IS
    'Answers of writes that may be asked for again, for a day. The row is written by the very statement that writes, '
    'so a key stands here exactly if its write does.';
COMMENT ON COLUMN idempotency_keys.request_hash IS
    'SHA-256 of method, path and body: the same key for another request is refused.';
COMMENT ON COLUMN idempotency_keys.body IS 'The bytes that were answered (json keeps them as they are).';
CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at);

GRANT SELECT, INSERT ON activity TO bantam_app;
GRANT SELECT, INSERT, DELETE ON idempotency_keys TO bantam_app;
