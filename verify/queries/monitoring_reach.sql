-- monitoring_reach: what of the schema monitoring a role may use that logs in, except to read the views as bantam_monitor
SELECT
    r.rolname AS role,
    p.oid::regprocedure::text AS thing
FROM pg_roles AS r
CROSS JOIN pg_proc AS p
WHERE r.rolcanlogin
  AND NOT r.rolsuper
  AND p.pronamespace = to_regnamespace('monitoring')
  AND has_schema_privilege(r.oid, p.pronamespace, 'USAGE')
  AND has_function_privilege(r.oid, p.oid, 'EXECUTE')
UNION ALL
SELECT
    r.rolname,
    c.oid::regclass::text
FROM pg_roles AS r
CROSS JOIN pg_class AS c
WHERE r.rolcanlogin
  AND NOT r.rolsuper
  AND r.rolname <> 'bantam_monitor'
  AND c.relnamespace = to_regnamespace('monitoring')
  AND has_schema_privilege(r.oid, c.relnamespace, 'USAGE')
  AND has_table_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE')
ORDER BY thing;
