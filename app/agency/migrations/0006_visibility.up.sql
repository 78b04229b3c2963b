-- Who sees a project, now that one may be deleted: asked of one project (project_keys), or as the set of a caller's
-- projects (seen_projects), which every list asks. So members are looked up by user far more often than by project, and
-- their key begins with the user.

ALTER TABLE project_members
    DROP CONSTRAINT project_members_pkey,
    ADD CONSTRAINT project_members_pkey PRIMARY KEY (user_id, project_id);
DROP INDEX project_members_user_id;
CREATE INDEX project_members_project ON project_members (project_id, user_id);

-- A deleted project has no key. The key becomes NULL instead of the row being left out: an arm with a WHERE is no
-- longer a plain table to the planner, and a join would compute the whole view instead of looking a project up.
CREATE OR REPLACE VIEW project_keys AS
SELECT p.id AS project_id, CASE WHEN p.deleted_at IS NULL THEN 'a' END AS key
FROM projects AS p
UNION ALL
SELECT p.id, CASE WHEN p.deleted_at IS NULL THEN 'u' || p.manager_id END
FROM projects AS p
UNION ALL
SELECT p.id, CASE WHEN p.deleted_at IS NULL THEN 'c' || p.client_id END
FROM projects AS p
UNION ALL
SELECT
    m.project_id,
    CASE
        WHEN EXISTS (
            SELECT
            FROM projects AS p
            WHERE p.id = m.project_id
              AND p.deleted_at IS NULL
        ) THEN 'u' || m.user_id
    END
FROM project_members AS m;

-- The same rule from the other side, each project once, for lists of everything that a caller sees: project_keys
-- would be computed whole for that. PostgreSQL inlines it, so each arm is looked up by its index, and only those of
-- the caller's role run. A test holds the two together.
CREATE FUNCTION seen_projects(caller_id bigint, caller_client_id bigint, caller_role text)
RETURNS TABLE (project_id bigint)
LANGUAGE sql
STABLE
BEGIN ATOMIC
    SELECT p.id
    FROM projects AS p
    WHERE caller_role = 'admin'
      AND p.deleted_at IS NULL
    UNION ALL
    SELECT p.id
    FROM projects AS p
    WHERE caller_role = 'client'
      AND p.client_id = caller_client_id
      AND p.deleted_at IS NULL
    UNION ALL
    SELECT p.id
    FROM projects AS p
    WHERE caller_role IN ('project_manager', 'team_member')
      AND p.manager_id = caller_id
      AND p.deleted_at IS NULL
    UNION ALL
    SELECT p.id
    FROM project_members AS m
    JOIN projects AS p ON p.id = m.project_id
    WHERE caller_role IN ('project_manager', 'team_member')
      AND m.user_id = caller_id
      AND p.manager_id <> caller_id
      AND p.deleted_at IS NULL;
END;
COMMENT ON FUNCTION seen_projects(bigint, bigint, text) IS 'The projects that a caller sees, each once.';
REVOKE ALL ON FUNCTION seen_projects(bigint, bigint, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION seen_projects(bigint, bigint, text) TO bantam_app;
