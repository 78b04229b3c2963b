from collections.abc import Iterator

import httpx
import pytest

from tests.app.support.server import Run, Server, Token
from tests.app.support.warmth import until
from tests.app.support.world import Ids, World, make


@pytest.fixture(scope="session")
def server(server_http: httpx.Client, run_on_server: Run, token: Token) -> Server:
    """The deployed server, by HTTP and by commands."""
    return Server(server_http, run_on_server, token)


@pytest.fixture(scope="module")
def world(server: Server) -> World:
    """An agency that no other module uses."""
    return make(server)


@pytest.fixture
def ids(world: World) -> Ids:
    """A project of it with one of everything, that no other test uses."""
    return world.project()


@pytest.fixture
def relayed(server: Server) -> None:
    """No SQL write of another test is still waiting for the relay."""
    until(lambda: server.sql("SELECT count(*) FROM cache_touches") == "0")


@pytest.fixture(scope="module")
def figures_of_now(run_on_server: Run) -> Iterator[None]:
    """Reports and dashboards are up to date, and no refresh happens in between."""
    run_on_server("systemctl stop bantam-reports.timer && systemctl start bantam-reports.service")
    # Rows that tests write by SQL do not invalidate the cache.
    run_on_server("systemctl restart redis-server")
    yield
    run_on_server("systemctl start bantam-reports.timer")
