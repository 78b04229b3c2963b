"""Requests through the edge, as a client on the network makes them: by TLS, with its certificate checked."""

import http.client
import socket
import ssl
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """One response; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: str


@dataclass(frozen=True)
class Edge:
    """The server's address, and how its certificate is verified."""

    address: str
    context: ssl.SSLContext

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """One request over a connection of its own."""
        connection = http.client.HTTPSConnection(self.address, 443, context=self.context, timeout=10)
        try:
            return _ask(connection, method, path, headers or {}, body)
        finally:
            connection.close()

    def ask_plainly(self, path: str) -> Answer:
        """The same request without TLS."""
        connection = http.client.HTTPConnection(self.address, 80, timeout=10)
        try:
            return _ask(connection, "GET", path, {}, None)
        finally:
            connection.close()

    def ask_until(self, status: int, path: str, *, at_most: int) -> Answer:
        """The first response with this status, or the last of `at_most`, over one connection."""
        connection = http.client.HTTPSConnection(self.address, 443, context=self.context, timeout=10)
        try:
            for _ in range(at_most):
                answer = _ask(connection, "GET", path, {}, None)
                if answer.status == status:
                    break
            return answer
        finally:
            connection.close()

    def handshake(self, name: str, context: ssl.SSLContext | None = None) -> ssl.SSLSocket:
        """A TLS connection that asks for this name; the caller closes it."""
        plain = socket.create_connection((self.address, 443), timeout=10)
        return (context or self.context).wrap_socket(plain, server_hostname=name)


def _ask(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    headers: dict[str, str],
    body: bytes | None,
) -> Answer:
    connection.request(method, path, body=body, headers=headers)
    response = connection.getresponse()
    return Answer(
        status=response.status,
        headers={name.lower(): value for name, value in response.getheaders()},
        body=response.read().decode(errors="replace"),
    )


def strict_context(authority: str | None) -> ssl.SSLContext:
    """Verifies certificates as strictly as Python 3.13 does by default, with this CA or the system's."""
    context = ssl.create_default_context(cadata=authority)
    context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
    return context
