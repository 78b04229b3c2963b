"""The HTTP server of one worker, which shuts down without dropping a request."""

import asyncio
import socket
import time

import uvicorn

DRAIN_S = 2.0
"""Longer than nginx keeps an idle connection to a worker (1 s): a connection still open then is in use."""

LOOK_AGAIN_S = 0.05


class Server(uvicorn.Server):
    """uvicorn, except that it never closes a connection on which nginx may be sending the next request."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """
        Accept no new connections, send `Connection: close` with each response, then close.

        Other workers share the listening socket. nginx does not retry a POST whose connection was closed.
        """
        for listener in self.servers:
            listener.close()
        self.server_state.default_headers.append((b"connection", b"close"))
        end = time.monotonic() + DRAIN_S
        while self.server_state.connections and time.monotonic() < end:  # noqa: ASYNC110  (uvicorn's own set)
            await asyncio.sleep(LOOK_AGAIN_S)
        await super().shutdown(sockets)
