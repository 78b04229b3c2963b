-- app_reach: privileges of the role bantam_app on tables beyond reading and writing rows
SELECT
    c.oid::regclass::text AS thing,
    p.privilege
FROM pg_class AS c
CROSS JOIN (VALUES ('TRUNCATE'), ('REFERENCES'), ('TRIGGER'), ('MAINTAIN')) AS p (privilege)
WHERE c.relnamespace = 'public'::regnamespace
  AND c.relkind IN ('r', 'p', 'v', 'm')
  AND has_table_privilege('bantam_app', c.oid, p.privilege)
UNION ALL
SELECT
    c.oid::regclass::text,
    p.privilege
FROM pg_class AS c
CROSS JOIN (VALUES ('INSERT'), ('UPDATE'), ('DELETE')) AS p (privilege)
WHERE c.oid = to_regclass('public.schema_migrations')
  AND has_table_privilege('bantam_app', c.oid, p.privilege);
