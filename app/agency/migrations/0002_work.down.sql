DROP VIEW project_keys;
DROP TABLE time_entries;
DROP TABLE tasks;
DROP TABLE project_members;
DROP TABLE projects;
