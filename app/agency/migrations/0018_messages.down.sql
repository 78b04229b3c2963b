DROP INDEX messages_project_id;
CREATE INDEX messages_project_id ON messages (project_id, id);
