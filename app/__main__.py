"""`bantam-app`: one process of the app, on the listening socket that systemd hands over."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator

import uvicorn
import uvloop
from psycopg import OperationalError

from app.agency.cache_policies import POLICIES
from app.agency.constraints import CONSTRAINTS
from app.agency.permissions import ADMIN_KEY
from app.application import application
from app.cache.cache import Cache
from app.cache.keeper import Keeper
from app.cache.statistics import Statistics
from app.database.pool import Database
from app.database.timings import Timings
from app.notify import keep_alive, notify
from app.server import Server
from app.services import Services
from app.settings import Secrets, Settings, SettingsError, load, load_secrets
from app.warming.warmer import Warmer

SYSTEMD_SOCKET = 3
# Longer than nginx keeps an idle connection to the app, so that the app never closes one that is in use.
KEEP_ALIVE_S = 75
# Pool connections that cache fills leave free for everything else.
FOR_WRITES = 2


def listening_socket() -> socket.socket:
    """Return the listening socket that all workers share; SettingsError without one."""
    try:
        return socket.socket(fileno=SYSTEMD_SOCKET)
    except OSError:
        raise SettingsError(
            f"File descriptor {SYSTEMD_SOCKET} is not a socket; start the app with bantam-app.socket."
        ) from None


@contextlib.asynccontextmanager
async def opened(settings: Settings, secrets: Secrets) -> AsyncIterator[Services]:
    """Yield the services once the database responds; close them at the end."""
    statistics = Statistics(
        os.environ.get("PROMETHEUS_MULTIPROC_DIR"), os.environ.get("BANTAM_WORKER", "0"), POLICIES
    )
    database = Database(settings.database, Timings(statistics.registry))
    cache = Cache(
        settings.redis,
        secrets.redis_password,
        statistics,
        fills_at_once=max(1, settings.database.pool_max - FOR_WRITES),
    )
    keeper = asyncio.create_task(Keeper(database, cache.store, cache.health).keep())
    try:
        await database.open()
        await cache.health.beat()
        yield Services(settings.http, database, cache, secrets.cursor_keys, CONSTRAINTS, ADMIN_KEY)
    finally:
        keeper.cancel()
        # It may be running a query right now.
        await asyncio.gather(keeper, return_exceptions=True)
        await database.close()
        await cache.close()


async def serve(settings: Settings, secrets: Secrets, listener: socket.socket) -> None:
    """Serve until SIGTERM, then let requests finish for http.stop_timeout_s seconds."""
    async with opened(settings, secrets) as services:
        app = application(services)
        background = [asyncio.create_task(keep) for keep in (Warmer(services, app).keep(), keep_alive())]
        server = Server(
            uvicorn.Config(
                app,
                http="httptools",
                lifespan="off",
                ws="none",
                access_log=False,
                log_level="warning",
                server_header=False,
                # Only the edge can reach the socket, and it sets the headers itself.
                forwarded_allow_ips="*",
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=settings.http.stop_timeout_s,
            )
        )
        # uvicorn raises the signal again when it is done; there is still a pool to close.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        notify("READY=1")
        await server.serve([listener])
        notify("STOPPING=1")
        for task in background:
            task.cancel()


def main() -> int:
    """Run the process; a failed start prints one sentence and returns 1."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        settings, secrets, listener = load(), load_secrets(), listening_socket()
        loop_factory = uvloop.new_event_loop if settings.http.loop == "uvloop" else asyncio.new_event_loop
        with asyncio.Runner(loop_factory=loop_factory) as runner:
            runner.run(serve(settings, secrets, listener))
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 1
    except OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        print(f"The database did not respond: {reason}; check PgBouncer and PostgreSQL.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
