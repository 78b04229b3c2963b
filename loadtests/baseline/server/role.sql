-- The role of the typical app. Run by psql as postgres.
DROP ROLE IF EXISTS baseline;
CREATE ROLE baseline LOGIN;
GRANT CONNECT ON DATABASE bantam TO baseline;
GRANT USAGE ON SCHEMA public TO baseline;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO baseline;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO baseline;
