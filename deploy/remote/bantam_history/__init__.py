"""The history of this server: measured once a minute, kept in PostgreSQL."""
