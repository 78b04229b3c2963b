"""`bantam-check-schema`: every statement of this release can run on today's schema, or the reason why not."""

import sys

import psycopg

from app.agency.statements import Described, statements
from app.database.direct import DATABASE, Connection, RunnerError, run


def check(connection: Connection) -> None:
    """Prepare every statement, run none; RunnerError names the first that refers to what is not there."""
    for statement in statements():
        try:
            _prepare(connection, statement)
        except psycopg.Error as error:
            reason = str(error).strip().splitlines()[0].rstrip(".")
            raise RunnerError(f"{statement.name} fails: {reason}.") from None


def _prepare(connection: Connection, statement: Described) -> None:
    types = f"({', '.join(statement.types)})" if statement.types else ""
    connection.execute(f"PREPARE checked{types} AS {statement.sql}".encode())
    connection.execute("DEALLOCATE checked")


def main() -> int:
    """Check; return 0 if the release can run."""
    return run(DATABASE, "bantam-check-schema", check)


if __name__ == "__main__":
    sys.exit(main())
