DROP TABLE comments;
ALTER TABLE tasks DROP COLUMN milestone_id;
DROP TABLE milestones;
