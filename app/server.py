"""The HTTP server of one worker, which ends without dropping a request."""

import asyncio
import socket

import uvicorn

# What a client needs to send its request on a connection that was accepted just before the end.
LAST_REQUESTS_S = 0.2


class Server(uvicorn.Server):
    """uvicorn; but it closes idle connections only after those who had just been let in could speak."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept nobody new, answer who is here, then close; other workers share the listening socket."""
        for listener in self.servers:
            listener.close()
        await asyncio.sleep(LAST_REQUESTS_S)
        await super().shutdown(sockets)
