"""
The state that teams start from, to compare with; never deployed anywhere but on a sandbox of its own.

`app/` is a typical app as people write it, `server/` turns a copy of the project's server into one with
Debian's own PostgreSQL configuration, primary keys and a handful of indexes.
"""
