-- Who there is: the agency's clients, its users (and the clients' own), and the tokens they call with.
-- Columns stand widest first, so that no row carries padding. Enumerations are text with a CHECK: a new
-- value is one constraint swapped in a migration, and a reader needs no catalogue to read a row.

CREATE TABLE clients (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT now(),
    archived_at timestamptz,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    industry text NOT NULL
);
COMMENT ON TABLE clients IS 'Companies the agency works for.';

CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_id bigint REFERENCES clients,
    created_at timestamptz NOT NULL DEFAULT now(),
    deactivated_at timestamptz,
    role text NOT NULL CHECK (role IN ('admin', 'project_manager', 'team_member', 'client')),
    time_zone text NOT NULL DEFAULT 'UTC',
    email text NOT NULL CHECK (email LIKE '%_@_%' AND length(email) <= 254),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    CONSTRAINT users_client_has_company CHECK ((role = 'client') = (client_id IS NOT NULL)),
    -- AT TIME ZONE fails for a name that PostgreSQL does not know, so no such row can be stored.
    CONSTRAINT users_time_zone_known CHECK ((timestamptz 'epoch' AT TIME ZONE time_zone) IS NOT NULL)
);
COMMENT ON TABLE users IS 'People who log in: staff of the agency, and people of a client (client_id).';
COMMENT ON COLUMN users.time_zone IS 'IANA name; decides what "today" is on this user''s dashboard.';
CREATE UNIQUE INDEX users_email_key ON users (lower(email));
CREATE INDEX users_client_id ON users (client_id) WHERE client_id IS NOT NULL;

CREATE TABLE api_tokens (
    user_id bigint NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    CONSTRAINT api_tokens_expire_later CHECK (expires_at > created_at)
);
COMMENT ON TABLE api_tokens IS 'Bearer tokens, kept as SHA-256 only. A token never changes its user.';
CREATE INDEX api_tokens_user_id ON api_tokens (user_id);

-- The one place that says when a token is good and which key its user holds. A key opens what lists it
-- (project_keys): 'a' for admins, 'c<client>' for the people of a client, 'u<user>' for everyone else.
CREATE VIEW callers AS
SELECT
    t.token_hash,
    u.id AS user_id,
    u.client_id,
    u.role,
    u.time_zone,
    CASE u.role
        WHEN 'admin' THEN 'a'
        WHEN 'client' THEN 'c' || u.client_id
        ELSE 'u' || u.id
    END AS key,
    floor(extract(EPOCH FROM t.expires_at - now()))::bigint AS seconds_left
FROM api_tokens AS t
JOIN users AS u ON u.id = t.user_id
WHERE t.revoked_at IS NULL
  AND t.expires_at > now()
  AND u.deactivated_at IS NULL;
COMMENT ON VIEW callers IS 'Users by their valid tokens, with the key that each holds.';

GRANT SELECT, INSERT, UPDATE ON clients, users TO bantam_app;
-- The app remembers whose a token is, so it may revoke one but never give it to another user.
GRANT SELECT, INSERT, UPDATE (revoked_at) ON api_tokens TO bantam_app;
GRANT SELECT ON callers TO bantam_app;
