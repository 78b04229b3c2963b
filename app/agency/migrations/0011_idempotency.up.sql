-- Which writes were answered already.

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

GRANT SELECT, INSERT, DELETE ON idempotency_keys TO bantam_app;
