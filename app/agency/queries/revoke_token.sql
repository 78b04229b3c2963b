-- revoke_token: revokes a token ($1 actor, $2 token hash)
WITH revoked AS (
    UPDATE api_tokens AS t
    SET revoked_at = now()
    WHERE t.token_hash = $2
      AND t.revoked_at IS NULL
    RETURNING
        t.token_hash,
        t.user_id
),
recorded AS (
    INSERT INTO activity (actor_id, entity, entity_id, action, title, changes)
    SELECT
        $1::bigint,
        'user',
        r.user_id,
        'changed',
        u.name,
        jsonb_build_object('token', jsonb_build_array(left(encode(r.token_hash, 'hex'), 8), NULL))
    FROM revoked AS r
    JOIN users AS u ON u.id = r.user_id
)
SELECT r.user_id
FROM revoked AS r;
