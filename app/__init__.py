"""Bantam's data-access app: SQL in files, JSON built by PostgreSQL, reads cached in Redis."""
