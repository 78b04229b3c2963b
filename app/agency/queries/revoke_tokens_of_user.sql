-- revoke_tokens_of_user: revokes all of a user's tokens; returns how many ($1 actor, $2 user)
WITH revoked AS (
    UPDATE api_tokens AS t
    SET revoked_at = now()
    WHERE t.user_id = $2
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
SELECT count(*) AS revoked_count
FROM revoked AS r;
