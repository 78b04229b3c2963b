"""One statement on a connection that has been checked out, and the connection itself."""

import select
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from psycopg.errors import Diagnostic
from psycopg.types.numeric import Int8BinaryDumper
from psycopg.types.string import ByteaBinaryLoader

from app.database.lane import Connection, Row
from app.database.sql import Sql

APPLICATION = "bantam-app"
NAME = b"SELECT set_config('application_name', $1, true)"
"""Ends with the transaction, so the connection is nobody's again."""

OnNotice = Callable[[Diagnostic], None]


@asynccontextmanager
async def reporting_notices(connection: Connection, on_notice: OnNotice | None) -> AsyncIterator[None]:
    """Pass the notices that come with a statement's result to `on_notice`."""
    if on_notice is None:
        yield
        return
    connection.add_notice_handler(on_notice)
    try:
        yield
    finally:
        connection.remove_notice_handler(on_notice)


async def one_row(
    connection: Connection, query: Sql, parameters: Sequence[object], *, prepared: bool | None
) -> Row | None:
    """Return the row of a statement that has one; None if it has none."""
    cursor = connection.cursor(binary=True)
    await cursor.execute(query, parameters, prepare=prepared)
    return await cursor.fetchone()


async def one_named_row(
    connection: Connection, request: str, query: Sql, parameters: Sequence[object]
) -> Row | None:
    """
    Do the same for a query that may take long; PostgreSQL's log and sessions show the request's id.

    Both statements are one round trip and one transaction, with which the name ends.
    """
    cursor = connection.cursor(binary=True)
    async with connection.pipeline():
        await connection.execute(NAME, (f"{APPLICATION} {request}",))
        await cursor.execute(query, parameters, prepare=False)
    return await cursor.fetchone()


def was_closed(connection: Connection) -> bool:
    """Return whether PgBouncer has closed an idle connection: its socket is readable; needs no round trip."""
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


async def adapt(connection: Connection) -> None:
    """The connection sends and loads values as the app expects them."""
    # Otherwise an integer's type follows its size, and each combination is prepared separately.
    connection.adapters.register_dumper(int, Int8BinaryDumper)
    # In binary format json is its text: loading it as bytes skips decoding and building objects.
    connection.adapters.register_loader("json", ByteaBinaryLoader)
