-- project_parties: whether a client can have projects, whether a user can lead them, and which users of the client to notify ($1 client, $2 manager)
SELECT
    EXISTS (
        SELECT
        FROM clients AS c
        WHERE c.id = $1
          AND c.archived_at IS NULL
    ) AS client_fits,
    EXISTS (
        SELECT
        FROM users AS u
        WHERE u.id = $2
          AND u.role IN ('admin', 'project_manager')
          AND u.deactivated_at IS NULL
    ) AS manager_fits,
    ARRAY(
        SELECT u.id
        FROM users AS u
        WHERE u.client_id = $1
          AND u.deactivated_at IS NULL
    ) AS client_people;
