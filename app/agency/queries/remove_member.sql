-- remove_member: removes a user from a project ($1 actor, $2 project, $3 user)
WITH removed AS (
    DELETE FROM project_members AS m
    WHERE m.project_id = $2
      AND m.user_id = $3
    RETURNING
        m.project_id,
        m.user_id
),
recorded AS (
    INSERT INTO activity (actor_id, project_id, entity, entity_id, action, title)
    SELECT $1::bigint, r.project_id, 'member', r.user_id, 'deleted', u.name
    FROM removed AS r
    JOIN users AS u ON u.id = r.user_id
)
SELECT r.user_id
FROM removed AS r;
