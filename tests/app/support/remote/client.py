"""HTTP to the app's own socket, on the server: the edge would limit the rate."""

import asyncio

SOCKET = "/run/bantam-app/app.sock"


class Client:
    """One connection, which one request after another goes through."""

    def __init__(self, token: str, socket: str = SOCKET) -> None:
        self._socket = socket
        self._head = f"Host: app\r\nAuthorization: Bearer {token}\r\n"
        self.cache = ""
        """What the last answer's X-Cache said."""
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """Return status and body; OSError if the worker was killed in the meantime."""
        try:
            if self._streams is None:
                self._streams = await asyncio.open_unix_connection(self._socket)
            reader, writer = self._streams
            kind = "Content-Type: application/json\r\n" if body else ""
            head = f"{method} {path} HTTP/1.1\r\n{self._head}{kind}Content-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            status = int((await reader.readline()).split()[1])
            length = 0
            while (line := await reader.readline()) != b"\r\n":
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
                if name.lower() == b"x-cache":
                    self.cache = value.decode().strip()
            return status, await reader.readexactly(length)
        except (OSError, asyncio.IncompleteReadError, IndexError) as error:
            self._streams = None
            raise OSError(str(error)) from None
