"""A statement's text together with its name, by which figures and logs call it."""

from typing import Self


class Sql(bytes):
    """
    What psycopg sends; `name` is that of its file, or of its list, search or report.

    The text begins with the name, so that it is seen wherever PostgreSQL shows the statement: in its log, its
    sessions and pg_stat_statements. Prepared once, it costs nothing later.
    """

    name: str

    def __new__(cls, text: bytes, name: str) -> Self:
        """Return the text with a name."""
        sql = super().__new__(cls, b"/* %s */ %s" % (name.encode(), text))
        sql.name = name
        return sql
