DROP FUNCTION seen_projects;

CREATE OR REPLACE VIEW project_keys AS
SELECT p.id AS project_id, 'a' AS key
FROM projects AS p
UNION ALL
SELECT p.id, 'u' || p.manager_id
FROM projects AS p
UNION ALL
SELECT p.id, 'c' || p.client_id
FROM projects AS p
UNION ALL
SELECT m.project_id, 'u' || m.user_id
FROM project_members AS m;

DROP INDEX project_members_project;
CREATE INDEX project_members_user_id ON project_members (user_id, project_id);
ALTER TABLE project_members
    DROP CONSTRAINT project_members_pkey,
    ADD CONSTRAINT project_members_pkey PRIMARY KEY (project_id, user_id);
