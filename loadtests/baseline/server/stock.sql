-- From the project's schema to what teams start with: the same tables and rows, primary keys, an index on each
-- foreign key and on a few columns that are often asked for. Run by psql as postgres.
\set ON_ERROR_STOP on

-- Views and generated columns are the project's.
SELECT format('DROP MATERIALIZED VIEW IF EXISTS %s CASCADE', m.matviewname)
FROM pg_matviews AS m
WHERE m.schemaname = 'public'
\gexec
SELECT format('DROP VIEW IF EXISTS %s CASCADE', c.oid::regclass)
FROM pg_class AS c
WHERE c.relkind = 'v'
  AND c.relnamespace = 'public'::regnamespace
  AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = c.oid AND d.deptype = 'e')
\gexec
SELECT format('ALTER TABLE %s DROP COLUMN %I CASCADE', a.attrelid::regclass, a.attname)
FROM pg_attribute AS a
JOIN pg_class AS c ON c.oid = a.attrelid
WHERE a.attgenerated <> ''
  AND c.relkind = 'r'
  AND c.relnamespace = 'public'::regnamespace
\gexec

-- All indexes but those of primary keys and unique constraints.
SELECT format('DROP INDEX %s', i.indexrelid::regclass)
FROM pg_index AS i
JOIN pg_class AS c ON c.oid = i.indrelid
WHERE c.relnamespace = 'public'::regnamespace
  AND NOT EXISTS (SELECT FROM pg_constraint AS o WHERE o.conindid = i.indexrelid)
\gexec

-- Storage parameters and planner settings of the project.
SELECT format('ALTER TABLE %s RESET (%s)', c.oid::regclass, string_agg(split_part(o, '=', 1), ', '))
FROM pg_class AS c
CROSS JOIN unnest(c.reloptions) AS o
WHERE c.relkind = 'r'
  AND c.relnamespace = 'public'::regnamespace
GROUP BY c.oid
\gexec
SELECT format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS DEFAULT', a.attrelid::regclass, a.attname)
FROM pg_attribute AS a
JOIN pg_class AS c ON c.oid = a.attrelid
WHERE a.attstattarget IS NOT NULL
  AND c.relkind = 'r'
  AND c.relnamespace = 'public'::regnamespace
\gexec
-- An index on each foreign key that no primary key begins with.
SELECT format('CREATE INDEX ON %s (%I)', o.conrelid::regclass, a.attname)
FROM pg_constraint AS o
JOIN pg_attribute AS a ON a.attrelid = o.conrelid AND a.attnum = o.conkey[1]
WHERE o.contype = 'f'
  AND o.connamespace = 'public'::regnamespace
  AND NOT EXISTS (
      SELECT
      FROM pg_index AS i
      WHERE i.indrelid = o.conrelid
        AND i.indkey[0] = o.conkey[1]
  )
\gexec
CREATE UNIQUE INDEX ON users (email);
CREATE INDEX ON projects (status);
CREATE INDEX ON tasks (due_on);
CREATE INDEX ON tasks (status);
CREATE INDEX ON invoices (issued_on);
CREATE INDEX ON time_entries (entry_date);
