from collections.abc import Iterator

import httpx
import pytest

from tests.app.server import Run, Server, Token
from tests.app.world import Ids, World, make
from tests.conftest import SandboxServer


@pytest.fixture(scope="session")
def server(server_http: httpx.Client, run_on_server: Run, token: Token) -> Server:
    """The deployed server, by HTTP and by commands."""
    return Server(server_http, run_on_server, token)


@pytest.fixture(scope="module")
def world(server: Server) -> World:
    """An agency that no other module knows."""
    return make(server)


@pytest.fixture
def ids(world: World) -> Ids:
    """A project of it with one of everything, that no other test knows."""
    return world.project()


@pytest.fixture(scope="module")
def no_refresh_in_between(sandbox_server: SandboxServer) -> Iterator[None]:
    """What is compared is of one refresh, except where a test asks for another."""
    sandbox_server.ssh("systemctl stop bantam-reports.timer")
    yield
    sandbox_server.ssh("systemctl start bantam-reports.timer")
