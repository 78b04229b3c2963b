-- lookup_reach: what the role pgbouncer can reach beyond PostgreSQL's own catalog
SELECT p.oid::regprocedure::text AS thing
FROM pg_proc AS p
JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND has_schema_privilege('pgbouncer', n.oid, 'USAGE')
  AND has_function_privilege('pgbouncer', p.oid, 'EXECUTE')
UNION ALL
SELECT c.oid::regclass::text
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname <> 'information_schema'
  AND n.nspname NOT LIKE 'pg\_%'
  AND c.relkind IN ('r', 'p', 'v', 'm')
  AND has_schema_privilege('pgbouncer', n.oid, 'USAGE')
  AND has_table_privilege('pgbouncer', c.oid, 'SELECT, INSERT, UPDATE, DELETE');
