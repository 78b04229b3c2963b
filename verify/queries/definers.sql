-- definers: SECURITY DEFINER functions, except PostgreSQL's own
SELECT
    p.oid::regprocedure::text AS function,
    EXISTS (
        SELECT
        FROM unnest(p.proconfig) AS c (setting)
        WHERE c.setting LIKE 'search\_path=%pg\_temp'
    ) AS pins_search_path,
    EXISTS (
        SELECT
        FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a
        WHERE a.grantee = 0
    ) AS is_public
FROM pg_proc AS p
WHERE p.prosecdef
  AND p.pronamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace);
