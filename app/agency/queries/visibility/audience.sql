-- audience: the keys that open a project, NULL for a caller who has none of them
(
    SELECT string_agg(k.key, ' ' ORDER BY k.key)
    FROM project_keys AS k
    WHERE k.project_id = {container}
    HAVING bool_or(k.key = caller.key)
)
