"""The HTTP server of one worker, which ends without dropping a request."""

import asyncio
import socket
import time

import uvicorn

DRAIN_S = 2.0
"""Longer than nginx keeps an idle connection to a worker (1 s): what is still open then is in use."""

LOOK_AGAIN_S = 0.05


class Server(uvicorn.Server):
    """uvicorn; but no connection is closed on which nginx may be sending the next request."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """
        Accept nobody new and say with each response that it is the connection's last; then close.

        Other workers share the listening socket. A POST that meets a closed connection is not sent again.
        """
        for listener in self.servers:
            listener.close()
        self.server_state.default_headers.append((b"connection", b"close"))
        end = time.monotonic() + DRAIN_S
        while self.server_state.connections and time.monotonic() < end:  # noqa: ASYNC110  (uvicorn's own set)
            await asyncio.sleep(LOOK_AGAIN_S)
        await super().shutdown(sockets)
