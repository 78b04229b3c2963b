-- Who is connected to PostgreSQL, and who waits for whom; run by psql as postgres.
\set QUIET on
\pset footer off
\pset null ''
\pset linestyle unicode
\pset border 1

\echo Sessions
SELECT
    s.pid,
    s.role,
    s.application,
    s.state,
    s.state_s AS "for s",
    s.transaction_s AS "transaction s",
    coalesce(s.waits_for || ': ' || s.event, '') AS "waits for",
    left(s.query, 60) AS query
FROM monitoring.sessions AS s;

\echo Waiting for a lock
SELECT
    b.pid,
    b.role,
    b.waits_s AS "for s",
    left(b.query, 40) AS query,
    b.holder,
    b.holder_role AS "its role",
    b.holder_state AS "its state",
    left(b.holder_query, 40) AS "its query"
FROM monitoring.blocked AS b;
