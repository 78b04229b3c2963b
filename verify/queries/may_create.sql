-- may_create: who, besides superusers, may create what where
SELECT
    r.rolname AS role,
    'schema ' || n.nspname AS place
FROM pg_roles AS r
CROSS JOIN pg_namespace AS n
WHERE r.rolcanlogin
  AND NOT r.rolsuper
  AND n.nspname !~ '^pg_(toast_)?temp_'
  AND has_schema_privilege(r.oid, n.oid, 'CREATE')
UNION ALL
SELECT
    r.rolname,
    lower(p.privilege) || ' in ' || d.datname
FROM pg_roles AS r
CROSS JOIN pg_database AS d
CROSS JOIN (VALUES ('CREATE'), ('TEMP')) AS p (privilege)
WHERE r.rolcanlogin
  AND NOT r.rolsuper
  AND d.datname = current_database()
  AND has_database_privilege(r.oid, d.oid, p.privilege)
UNION ALL
SELECT
    r.rolname,
    'large objects by ' || f.oid::regprocedure
FROM pg_roles AS r
CROSS JOIN pg_proc AS f
WHERE r.rolcanlogin
  AND NOT r.rolsuper
  AND f.pronamespace = 'pg_catalog'::regnamespace
  AND f.proname IN ('lo_creat', 'lo_create', 'lo_from_bytea')
  AND has_function_privilege(r.oid, f.oid, 'EXECUTE');
