"""What an error says of the statement and of its connection."""

from psycopg import OperationalError
from psycopg_pool import PoolClosed, PoolTimeout, TooManyRequests

NOTHING_SENT = (PoolTimeout, PoolClosed, TooManyRequests)
CONNECTION_LOST = ("08", "57P")
"""Classes of SQLSTATEs of connections that end: 57P.. is PostgreSQL stopping."""


def was_cut(error: OperationalError) -> bool:
    """
    Return whether the connection died under the statement, so that another one may do better at once.

    Without an SQLSTATE the socket closed; 57P.. is PostgreSQL stopping. A pool that has nothing to lend has
    waited already.
    """
    if isinstance(error, NOTHING_SENT):
        return False
    return error.sqlstate is None or error.sqlstate.startswith("57P")


def restarts(error: OperationalError) -> bool:
    """Return whether PgBouncer has no server at the moment, and says so at once (08P01 at its login)."""
    return error.sqlstate == "08P01" and not waited_in_vain(error)


def outcome_unknown(error: BaseException) -> bool:
    """Return whether a write that failed by this may be committed all the same, now or later."""
    if isinstance(error, NOTHING_SENT):
        return False
    sqlstate: str | None = getattr(error, "sqlstate", None)
    return sqlstate is None or (
        sqlstate.startswith(CONNECTION_LOST)
        and not (isinstance(error, OperationalError) and waited_in_vain(error))
    )


def waited_in_vain(error: OperationalError) -> bool:
    """
    Return whether PgBouncer had no server for this client in time: asking again would be waiting again.

    It has one SQLSTATE (08P01) for that and for a server that refuses logins while it restarts.
    """
    return "query_wait_timeout" in str(error)
