-- Objects that only the superuser can create in the database. Idempotent.

CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
-- Comparing words by trigrams takes 3 to 6 microseconds, a hundred times as long as comparing two numbers,
-- which is the cost the planner assumes by default: it read all names rather than use an index.
ALTER FUNCTION word_similarity(text, text) COST 100;
ALTER FUNCTION word_similarity_op(text, text) COST 100;
ALTER FUNCTION word_similarity_commutator_op(text, text) COST 100;

-- Verify hides an index from the planner to see what a query would cost. Nobody else may use the schema.
CREATE SCHEMA IF NOT EXISTS hypopg;
CREATE EXTENSION IF NOT EXISTS hypopg SCHEMA hypopg;

-- The weekly report looks into tables and indexes. Nobody else may use the schema.
CREATE SCHEMA IF NOT EXISTS pgstattuple;
CREATE EXTENSION IF NOT EXISTS pgstattuple SCHEMA pgstattuple;

-- No privileges for PUBLIC.
REVOKE ALL ON DATABASE bantam FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT CONNECT ON DATABASE bantam TO bantam_app, bantam_monitor, pgbouncer;
GRANT USAGE, CREATE ON SCHEMA public TO bantam_owner;
GRANT USAGE ON SCHEMA public TO bantam_app, bantam_monitor, bantam_statistics;
-- Large objects have no owner's limits, and nothing here uses them.
REVOKE EXECUTE ON FUNCTION lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea) FROM PUBLIC;

-- PgBouncer looks up the role that logs in and its verifier, if it has one, and can read nothing else.
CREATE SCHEMA IF NOT EXISTS pgbouncer;
GRANT USAGE ON SCHEMA pgbouncer TO pgbouncer;

CREATE OR REPLACE FUNCTION pgbouncer.user_lookup(
    IN lookup_name text,
    OUT role_name name,
    OUT verifier text
)
RETURNS record
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT
        rolname,
        rolpassword
    FROM pg_authid
    WHERE rolname = lookup_name
      AND rolcanlogin
      AND NOT rolsuper
      AND (rolvaliduntil IS NULL OR rolvaliduntil > now())
$$;

REVOKE ALL ON FUNCTION pgbouncer.user_lookup(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pgbouncer.user_lookup(text) TO pgbouncer;
