-- roles: who may log in, what each may do, and what is set for their sessions
SELECT
    r.rolname AS name,
    r.rolcanlogin AS may_login,
    r.rolsuper AS superuser,
    r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolbypassrls AS has_powers,
    r.rolconnlimit AS connection_limit,
    CASE
        WHEN a.rolpassword IS NULL THEN 'none'
        WHEN a.rolpassword LIKE 'SCRAM-SHA-256$%' THEN 'scram'
        ELSE 'weak'
    END AS password,
    coalesce(r.rolconfig, '{}') AS settings,
    ARRAY(
        SELECT g.rolname
        FROM pg_auth_members AS m
        JOIN pg_roles AS g ON g.oid = m.roleid
        WHERE m.member = r.oid
        ORDER BY g.rolname
    ) AS member_of
FROM pg_roles AS r
JOIN pg_authid AS a USING (oid)
WHERE r.rolname NOT LIKE 'pg\_%'
ORDER BY r.rolname;
