-- may_have_tokens: whether a user exists and is active ($1 user)
SELECT EXISTS (
    SELECT
    FROM users AS u
    WHERE u.id = $1
      AND u.deactivated_at IS NULL
) AS is_active;
