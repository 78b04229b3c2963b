-- public_privileges: privileges of PUBLIC on the database, its schemas and tables
SELECT
    'database ' || d.datname AS thing,
    a.privilege_type AS privilege
FROM pg_database AS d
CROSS JOIN LATERAL aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) AS a
WHERE d.datname = current_database()
  AND a.grantee = 0
UNION ALL
SELECT
    'schema ' || n.nspname,
    a.privilege_type
FROM pg_namespace AS n
CROSS JOIN LATERAL aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS a
WHERE n.nspname <> 'information_schema'
  AND n.nspname NOT LIKE 'pg\_%'
  AND a.grantee = 0
UNION ALL
SELECT
    'table ' || c.oid::regclass,
    a.privilege_type
FROM pg_class AS c
CROSS JOIN LATERAL aclexplode(c.relacl) AS a
WHERE c.relnamespace <> 'information_schema'::regnamespace
  AND c.relnamespace::regnamespace::text NOT LIKE 'pg\_%'
  AND NOT EXISTS (SELECT FROM pg_depend AS e WHERE e.objid = c.oid AND e.deptype = 'e')
  AND a.grantee = 0;
