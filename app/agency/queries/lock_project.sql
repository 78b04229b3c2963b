-- lock_project: the project, locked until the commit ($1 project)
SELECT p.id
FROM projects AS p
WHERE p.id = $1
FOR NO KEY UPDATE;
