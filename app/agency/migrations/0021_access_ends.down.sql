DROP TRIGGER end_access_by_delete ON project_members;
DROP TRIGGER end_access_by_update ON projects;
DROP TRIGGER end_access_by_update ON users;
DROP FUNCTION end_access_of_members();
DROP FUNCTION end_access_of_projects();
DROP FUNCTION end_access_of_users();
DROP FUNCTION end_access(bigint[], bigint[]);
DROP FUNCTION who_sees(bigint[], bigint);
DROP FUNCTION sees_project(bigint, bigint, text, bigint);
