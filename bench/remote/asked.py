"""HTTP to the app's own socket, to bypass the edge's limits; one persistent connection."""

import asyncio
import json
from typing import Any, NamedTuple

SOCKET = "/run/bantam-app/app.sock"


class Answer(NamedTuple):
    """A response; `cache` is its X-Cache, empty if the cache was not involved."""

    status: int
    cache: str
    body: bytes


class Connection:
    """One request after the other, each with its own bearer token."""

    def __init__(self) -> None:
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, token: str, method: str, path: str, body: object = None) -> Answer:
        """Return the response; OSError if there is none."""
        if self._streams is None:
            self._streams = await asyncio.open_unix_connection(SOCKET)
        reader, writer = self._streams
        content = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: app\r\nAuthorization: Bearer {token}\r\n"
        kind = "Content-Type: application/json\r\n" if content else ""
        writer.write(f"{head}{kind}Content-Length: {len(content)}\r\n\r\n".encode() + content)
        status = int((await reader.readline()).split()[1])
        headers: dict[bytes, bytes] = {}
        while (line := await reader.readline()) != b"\r\n":
            name, _, value = line.partition(b":")
            headers[name.lower()] = value.strip()
        content = await reader.readexactly(int(headers.get(b"content-length", b"0")))
        return Answer(status, headers.get(b"x-cache", b"").decode(), content)

    async def json(self, token: str, path: str) -> Any:
        """Return the body of a GET; RuntimeError unless it is 200."""
        answer = await self.ask(token, "GET", path)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {answer.body[:300]!r}")
        return json.loads(answer.body)

    def close(self) -> None:
        """Close the connection."""
        if self._streams is not None:
            self._streams[1].close()
