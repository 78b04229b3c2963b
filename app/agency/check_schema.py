"""`bantam-check-schema`: every statement of this release can run on today's schema, or the reason why not."""

import sys
from collections.abc import Iterator

import psycopg

from app.agency.statements import Described, statements
from app.database.direct import DATABASE, Connection, RunnerError, run


def check(connection: Connection) -> None:
    """Prepare the statements, run none; RunnerError names the first that refers to what is not there."""
    for statement in _each_line_once():
        try:
            _prepare(connection, statement)
        except psycopg.Error as error:
            reason = str(error).strip().splitlines()[0].rstrip(".")
            raise RunnerError(f"{statement.name} fails: {reason}.") from None


def _each_line_once() -> Iterator[Described]:
    """
    Yield only statements with a line of SQL that no earlier one has.

    Lists and reports are composed of fragments, a few hundred in thousands of combinations.
    """
    seen: set[str] = set()
    for statement in statements(most_filters=1):
        lines = set(statement.sql.splitlines())
        if not lines <= seen:
            yield statement
            seen |= lines


def _prepare(connection: Connection, statement: Described) -> None:
    types = f"({', '.join(statement.types)})" if statement.types else ""
    connection.execute(f"PREPARE checked{types} AS {statement.sql}".encode())
    connection.execute("DEALLOCATE checked")


def main() -> int:
    """Check; return 0 if the release can run."""
    return run(DATABASE, "bantam-check-schema", check)


if __name__ == "__main__":
    sys.exit(main())
