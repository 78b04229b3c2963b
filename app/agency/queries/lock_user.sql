-- lock_user: the user, locked until the commit ($1 user)
SELECT u.id
FROM users AS u
WHERE u.id = $1
FOR NO KEY UPDATE;
