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
    """An agency that no other module knows."""
    return make(server)


@pytest.fixture
def ids(world: World) -> Ids:
    """A project of it with one of everything, that no other test knows."""
    return world.project()


@pytest.fixture
def relayed(server: Server) -> None:
    """Nothing that other tests wrote by SQL is still to be told to the cache."""
    until(lambda: server.sql("SELECT count(*) FROM cache_touches") == "0")


@pytest.fixture(scope="module")
def figures_of_now(run_on_server: Run) -> Iterator[None]:
    """Reports and dashboards are of the rows that there are, and no refresh comes in between."""
    run_on_server("systemctl stop bantam-reports.timer && systemctl start bantam-reports.service")
    # Rows that tests write by SQL are not known to the cache.
    run_on_server("systemctl restart redis-server")
    yield
    run_on_server("systemctl start bantam-reports.timer")
