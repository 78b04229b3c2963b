-- lock_milestone: the milestone, locked until the commit ($1 milestone)
SELECT m.id
FROM milestones AS m
WHERE m.id = $1
FOR NO KEY UPDATE;
