-- monitoring_reach: what of the schemas monitoring and history a role may use that logs in, but for bantam_monitor, which reads them
SELECT
    r.rolname AS role,
    p.oid::regprocedure::text AS thing
FROM pg_roles AS r
CROSS JOIN pg_proc AS p
WHERE r.rolcanlogin
  AND NOT r.rolsuper
  AND r.rolname <> 'bantam_monitor'
  AND p.pronamespace IN (to_regnamespace('monitoring'), to_regnamespace('history'))
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
  AND c.relnamespace IN (to_regnamespace('monitoring'), to_regnamespace('history'))
  AND c.relkind IN ('r', 'p', 'v')
  AND has_schema_privilege(r.oid, c.relnamespace, 'USAGE')
  AND CASE
      WHEN r.rolname = 'bantam_monitor' THEN has_table_privilege(r.oid, c.oid, 'INSERT, UPDATE, DELETE')
      ELSE has_table_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE')
  END
ORDER BY thing;
