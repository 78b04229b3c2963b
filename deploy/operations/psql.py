"""SQL on the server's PostgreSQL: facts read it as JSON, operations run it from a file."""

import json
from collections.abc import Generator
from typing import Any

from pyinfra.api import FactBase, FileUploadCommand, QuoteString, StringCommand

from deploy.operations.confidential import upload

_PSQL = "psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --port=5432"


class Query(FactBase[Any]):
    """One JSON value from a query as the superuser; None if there is no such database yet."""

    def command(self, query: str, database: str = "postgres") -> StringCommand:
        """Psql as postgres; prints nothing if PostgreSQL or the database is not there yet."""
        return StringCommand(
            "runuser -u postgres --",
            _PSQL,
            "--tuples-only --no-align",
            StringCommand("--dbname=", QuoteString(database), _separator=""),
            "--command",
            QuoteString(query),
            "2>/dev/null || true",
        )

    def process(self, output: list[str]) -> Any:
        """The decoded value."""
        text = "".join(output).strip()
        return json.loads(text) if text else None


def run_sql(sql: str, database: str = "postgres") -> Generator[StringCommand | FileUploadCommand]:
    """
    Commands that run the SQL as the superuser, stopping at its first error.

    It is uploaded as a file that only root can read, never on a command line, where `ps` would show it.
    """
    path = "/root/.bantam.sql"
    yield from upload(sql, path)
    yield StringCommand(
        "cd /;",
        "runuser -u postgres --",
        _PSQL,
        StringCommand("--dbname=", QuoteString(database), _separator=""),
        "<",
        path,
        f"; result=$?; rm -f {path}; exit $result",
    )
