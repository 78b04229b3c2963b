-- session_settings: settings that someone tied to a database, or to a role in one
SELECT
    coalesce(d.datname, 'every database') AS database,
    coalesce(r.rolname, 'everyone') AS role,
    s.setconfig AS settings
FROM pg_db_role_setting AS s
LEFT JOIN pg_database AS d ON d.oid = s.setdatabase
LEFT JOIN pg_roles AS r ON r.oid = s.setrole
WHERE s.setdatabase <> 0;
