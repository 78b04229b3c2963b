-- owned: how many objects each role owns, in any database
SELECT
    r.rolname AS role,
    count(*) AS things
FROM pg_shdepend AS d
JOIN pg_roles AS r ON r.oid = d.refobjid
WHERE d.refclassid = 'pg_authid'::regclass
  AND d.deptype = 'o'
GROUP BY r.rolname;
