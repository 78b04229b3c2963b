"""Classification of errors: what happened to the statement and to its connection."""

from psycopg import OperationalError
from psycopg_pool import PoolClosed, PoolTimeout, TooManyRequests

NOTHING_SENT = (PoolTimeout, PoolClosed, TooManyRequests)
CONNECTION_LOST = ("08", "57P")
"""SQLSTATE prefixes of lost connections; 57P.. means that PostgreSQL is stopping."""


def was_cut(error: OperationalError) -> bool:
    """
    Return whether the connection died during the statement, so that a retry on another one may succeed.

    Without an SQLSTATE the socket was closed; 57P.. means that PostgreSQL is stopping. A pool without a free
    connection has already waited.
    """
    if isinstance(error, NOTHING_SENT):
        return False
    return error.sqlstate is None or error.sqlstate.startswith("57P")


def restarts(error: OperationalError) -> bool:
    """Return whether PgBouncer reported without waiting that it has no server (08P01 at its login)."""
    return error.sqlstate == "08P01" and not timed_out_waiting(error)


def outcome_unknown(error: BaseException) -> bool:
    """Return whether a write that failed with this error may still have committed, or may commit later."""
    if isinstance(error, NOTHING_SENT):
        return False
    sqlstate: str | None = getattr(error, "sqlstate", None)
    return sqlstate is None or (
        sqlstate.startswith(CONNECTION_LOST)
        and not (isinstance(error, OperationalError) and timed_out_waiting(error))
    )


def timed_out_waiting(error: OperationalError) -> bool:
    """
    Return whether PgBouncer had no server for this client in time: a retry would wait again.

    It uses one SQLSTATE (08P01) for this and for a server that rejects logins while it restarts.
    """
    return "query_wait_timeout" in str(error)
