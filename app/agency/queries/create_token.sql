-- create_token: a new token of an active user below the limit; it outlives the caller's only if an admin creates it ($1 actor, $2 idempotency key, $3 request hash, $4 user, $5 token hash, $6 days, $7 caller's token hash, $8 most tokens)
WITH made AS (
    INSERT INTO api_tokens AS t (user_id, expires_at, token_hash)
    SELECT
        u.id,
        CASE
            WHEN actor.role = 'admin' THEN now() + $6 * interval '1 day'
            ELSE least(now() + $6 * interval '1 day', parent.expires_at)
        END,
        $5
    FROM users AS u
    JOIN users AS actor ON actor.id = $1::bigint
    JOIN api_tokens AS parent ON parent.token_hash = $7
    WHERE u.id = $4
      AND u.deactivated_at IS NULL
      AND (
          SELECT count(*)
          FROM api_tokens AS good
          WHERE good.user_id = u.id
            AND good.revoked_at IS NULL
            AND good.expires_at > now()
      ) < $8::bigint
    RETURNING
        t.token_hash,
        t.user_id,
        t.created_at,
        t.expires_at
),
recorded AS (
    INSERT INTO activity (actor_id, entity, entity_id, action, title, changes)
    SELECT
        $1::bigint,
        'user',
        m.user_id,
        'changed',
        u.name,
        jsonb_build_object('token', jsonb_build_array(NULL, left(encode(m.token_hash, 'hex'), 8)))
    FROM made AS m
    JOIN users AS u ON u.id = m.user_id
),
answer AS (
    SELECT row_to_json(r) AS body
    FROM (
        SELECT
            encode(m.token_hash, 'hex') AS id,
            m.user_id,
            m.created_at,
            m.expires_at,
            NULL::text AS token
        FROM made AS m
    ) AS r
),
kept AS (
    INSERT INTO idempotency_keys (user_id, key, request_hash, status, body)
    SELECT $1::bigint, $2::text, $3::bytea, 201, a.body
    FROM answer AS a
    WHERE $2::text IS NOT NULL
)
SELECT a.body
FROM answer AS a;
