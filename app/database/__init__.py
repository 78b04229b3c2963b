"""Connections to PostgreSQL, pooled and direct; the named queries; the migration runner."""
