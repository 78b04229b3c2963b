-- sees: whether the caller sees the project that a row refers to, by two keys at most; $sees(column) in a list's
-- fragments. The same rule as project_keys, which would build the key of every member to compare them.
EXISTS (
    SELECT
    FROM projects AS its
    WHERE its.id = {container}
      AND its.deleted_at IS NULL
      AND (
          caller.role = 'admin'
          OR (caller.role = 'client' AND its.client_id = caller.client_id)
          OR (
              caller.role IN ('project_manager', 'team_member')
              AND (
                  its.manager_id = caller.user_id
                  OR EXISTS (
                      SELECT
                      FROM project_members AS own
                      WHERE own.project_id = its.id
                        AND own.user_id = caller.user_id
                      OFFSET 0
                  )
              )
          )
      )
    OFFSET 0
)
