-- invite_member: the active user with an address or id, to be added as a member ($1 address or NULL, $2 user or NULL)
SELECT
    u.id,
    u.role
FROM users AS u
WHERE (lower(u.email) = lower($1::text) OR u.id = $2::bigint)
  AND u.deactivated_at IS NULL;
