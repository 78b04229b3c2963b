-- The role of the typical app, and no triggers: they are the project's app, in SQL. Run by psql as postgres.
SELECT format('DROP TRIGGER %I ON %s', t.tgname, t.tgrelid::regclass)
FROM pg_trigger AS t
WHERE NOT t.tgisinternal
\gexec
DROP ROLE IF EXISTS baseline;
CREATE ROLE baseline LOGIN;
GRANT CONNECT ON DATABASE bantam TO baseline;
GRANT USAGE ON SCHEMA public TO baseline;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO baseline;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO baseline;
