"""A script on the deployed server that goes through the app's own Database, with its settings and rights."""

import shlex

from tests.app.support.server import Server

SCRIPT = """
import asyncio
from pathlib import Path
from prometheus_client import CollectorRegistry
from psycopg import Error
from app.database.pool import Database
from app.database.sql import Sql
from app.database.timings import Timings
from app.settings import decode

settings = decode(Path("/etc/bantam/app.toml").read_bytes(), "app.toml").database
NUMBER = Sql(b"SELECT $1::bigint", "number")
timings = Timings(CollectorRegistry())

async def main():
    database = Database(settings, timings)
    await database.open()
    async def read(query, *parameters):
        try:
            row = await database.fetch_row(Sql(query, "of a test"), *parameters)
        except Error as error:
            return type(error).__name__
        return None if row is None else row[0]
{body}
    await database.close()

asyncio.run(main())
"""


def said(server: Server, body: str) -> list[str]:
    """What a script that may `read` printed."""
    script = SCRIPT.format(body=body)
    return server.run(f"cd / && /opt/bantam/current/bin/python -c {shlex.quote(script)}").splitlines()
