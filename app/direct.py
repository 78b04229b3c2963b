"""PostgreSQL's own socket, for what must not pass through PgBouncer: migrations and seed data."""

import psycopg

DATABASE = "host=/run/postgresql dbname=bantam user=postgres"
OWNER = "bantam_owner"

Connection = psycopg.Connection[tuple[object, ...]]


def connect(conninfo: str, name: str) -> Connection:
    """Return an autocommit session, named so that others see in pg_stat_activity who works here."""
    return psycopg.connect(conninfo, application_name=name, autocommit=True, connect_timeout=5)
