-- change_user: the changed user ($1 actor, $2 user, $3 version or NULL, $4 changed fields as JSON)
WITH actor AS (
    -- Locked, so that two admins who remove each other's role do it one after the other.
    SELECT a.id
    FROM users AS a
    WHERE a.id = $1::bigint
      AND a.role = 'admin'
      AND a.deactivated_at IS NULL
    FOR SHARE
),
old AS (
    SELECT u AS person
    FROM users AS u
    WHERE u.id = $2
      AND ($3::integer IS NULL OR u.version = $3::integer)
      AND EXISTS (SELECT FROM actor)
      -- A user who leads projects must hand them over before losing the role.
      AND (
          coalesce($4::jsonb ->> 'role', 'admin') IN ('admin', 'project_manager')
          OR NOT EXISTS (
              SELECT
              FROM projects AS p
              WHERE p.manager_id = u.id
                AND p.status IN ('planned', 'active', 'on_hold')
                AND p.deleted_at IS NULL
          )
      )
    FOR NO KEY UPDATE
),
changed AS (
    UPDATE users AS u
    SET
        client_id = n.client_id,
        role = n.role,
        time_zone = n.time_zone,
        email = n.email,
        name = n.name,
        weekly_minutes = n.weekly_minutes,
        hourly_rate = n.hourly_rate,
        updated_at = now(),
        version = u.version + 1
    FROM old AS o
    CROSS JOIN LATERAL jsonb_populate_record(o.person, $4::jsonb) AS n
    WHERE u.id = (o.person).id
    RETURNING
        u.id,
        u.version,
        u.client_id,
        u.role,
        u.name,
        u.email,
        u.time_zone,
        u.weekly_minutes,
        u.hourly_rate,
        u.created_at,
        u.updated_at,
        u.deactivated_at,
        field_changes(to_jsonb(o.person), $4::jsonb) AS changes
),
recorded AS (
    INSERT INTO activity (actor_id, entity, entity_id, action, title, changes)
    SELECT $1::bigint, 'user', c.id, 'changed', c.name, c.changes
    FROM changed AS c
    WHERE c.changes IS NOT NULL
)
SELECT row_to_json(r) AS body
FROM (
    SELECT
        c.id,
        c.version,
        c.client_id,
        c.role,
        c.name,
        c.email,
        c.time_zone,
        c.weekly_minutes,
        c.hourly_rate,
        c.created_at,
        c.updated_at,
        c.deactivated_at
    FROM changed AS c
) AS r;
