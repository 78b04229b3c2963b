"""Deploys, backups and the way back need some rows, not all of them: their server has a tenth."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.conftest import NewServer, named_server
from tests.deploy.sinks import Sinks, served, told_there
from tests.servers import PROCESS, SEED_SCALE, SMALL_SCALE, SandboxServer


@pytest.fixture(scope="session")
def sandbox_server(request: pytest.FixtureRequest) -> SandboxServer:
    """A deployed and seeded server; the long forms are for figures, too, so they get all rows."""
    if server := named_server(request):
        return server
    ready_server: NewServer = request.getfixturevalue("ready_server")
    is_long = request.config.getoption("markexpr") == "rehearsal"
    return ready_server(f"small{PROCESS}", scale=SEED_SCALE if is_long else SMALL_SCALE)


# Of the session as well, so that none is the one of the other server.
@pytest.fixture(scope="session")
def run_on_server(sandbox_server: SandboxServer) -> Callable[[str], str]:
    """Run a command as root on the deployed server; what it printed, stripped."""
    return sandbox_server.run


@pytest.fixture(scope="session")
def server_http(sandbox_server: SandboxServer) -> Iterator[httpx.Client]:
    """HTTP to its edge."""
    with sandbox_server.http() as client:
        yield client


@pytest.fixture(scope="session")
def token(sandbox_server: SandboxServer) -> Callable[[int], str]:
    """A bearer token of one of its seeded users."""
    return sandbox_server.token


@pytest.fixture(scope="module")
def sinks(sandbox_server: SandboxServer) -> Iterator[Sinks]:
    """Servers for alerts, which the sandbox can reach."""
    with served(sandbox_server) as sinks:
        yield sinks


@pytest.fixture(scope="module")
def _told(sandbox_server: SandboxServer, sinks: Sinks) -> Iterator[None]:
    """Alerts go there; samples are taken and judged when a test says so."""
    with told_there(sandbox_server, sinks):
        yield
