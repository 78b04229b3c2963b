import httpx
import pytest

from tests.app.server import Run, Server, Token


@pytest.fixture(scope="session")
def server(server_http: httpx.Client, run_on_server: Run, token: Token) -> Server:
    """The deployed server, by HTTP and by commands."""
    return Server(server_http, run_on_server, token)
