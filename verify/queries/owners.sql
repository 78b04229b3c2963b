-- owners: tables, views, sequences and functions of the application that bantam_owner does not own
SELECT
    c.oid::regclass::text AS thing,
    c.relowner::regrole::text AS owner
FROM pg_class AS c
WHERE c.relnamespace = 'public'::regnamespace
  AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
  AND c.relowner <> 'bantam_owner'::regrole
  AND NOT EXISTS (SELECT FROM pg_depend AS e WHERE e.objid = c.oid AND e.deptype = 'e')
UNION ALL
SELECT
    p.oid::regprocedure::text,
    p.proowner::regrole::text
FROM pg_proc AS p
WHERE p.pronamespace = 'public'::regnamespace
  AND p.proowner <> 'bantam_owner'::regrole
  AND NOT EXISTS (SELECT FROM pg_depend AS e WHERE e.objid = p.oid AND e.deptype = 'e');
