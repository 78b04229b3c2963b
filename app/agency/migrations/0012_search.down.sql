DROP INDEX users_name_trigrams;
DROP INDEX projects_name_trigrams;
DROP INDEX tasks_title_trigrams;
ALTER TABLE tasks
    DROP COLUMN priority_rank,
    DROP COLUMN search;
ALTER TABLE projects
    DROP COLUMN priority_rank,
    DROP COLUMN search;
ALTER TABLE users DROP COLUMN search;
ALTER TABLE clients DROP COLUMN search;
