"""The named queries: one `*/queries/*.sql` file each, with the first line `-- name: what it returns`."""

import re
from pathlib import Path

from app.database.sql import Sql

HEADER = re.compile(r"-- (?P<name>[a-z][a-z0-9_]*): (?P<description>\S.*)\n")
APP = Path(__file__).parents[1]


def stripped(sql: str) -> bytes:
    """Return the SQL without comments and indentation, which would be sent with every statement."""
    lines = (line.strip() for line in sql.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("--")).encode()


class Queries:
    """
    Each query is an attribute, as the bytes that psycopg sends; parameters are PostgreSQL's own $1, $2.

    So the text of a file can be given to EXPLAIN (GENERIC_PLAN) or to pgbench unchanged.
    """

    def __init__(self, folder: Path = APP) -> None:
        self.descriptions: dict[str, str] = {}
        self._texts: dict[str, Sql] = {}
        for file in sorted(folder.glob("*/queries/*.sql"), key=lambda file: file.stem):
            text = file.read_text("utf-8")
            header = HEADER.match(text)
            if header is None or header["name"] != file.stem:
                raise ValueError(f"{file.name} must begin with '-- {file.stem}: what it returns'")
            self.descriptions[file.stem] = header["description"]
            sql = text[header.end() :].strip().removesuffix(";").encode()
            self._texts[file.stem] = Sql(sql, file.stem)

    def __getattr__(self, name: str) -> Sql:
        try:
            return self._texts[name]
        except KeyError:
            raise AttributeError(
                f"there is no query {name!r}: no folder of app/ has a queries/{name}.sql"
            ) from None


queries = Queries()
