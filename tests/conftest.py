"""A deployed sandbox server for the tests that need one; they run after the offline ones."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Protocol

import httpx
import pytest

from sandbox.snapshots import all_snapshots
from tests.servers import (
    CHECKOUT,
    PROCESS,
    SEED_SCALE,
    SMALL_SCALE,
    SandboxServer,
    checked,
    exclusive_snapshots,
    forget_suite_snapshots,
    suite_snapshot,
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--server NAME`: a running sandbox instead of a fresh one, for testing again and again."""
    parser.addoption("--server", metavar="NAME", help="use this running, seeded sandbox and leave it up")
    parser.addoption("--fresh", action="store_true", help="make the servers' snapshot anew")


def pytest_sessionstart(session: pytest.Session) -> None:
    """With --fresh there is no snapshot yet; of processes side by side only the first one says so."""
    if session.config.getoption("--fresh") and not hasattr(session.config, "workerinput"):
        forget_suite_snapshots()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """
    Quick ones first: whoever breaks a unit need not wait for a server.

    Of those on a server the long ones begin, so that none is left alone with a core at the end, and of these
    one that needs no snapshot while another process makes it; last comes what fills a server with rows.
    """
    items.sort(
        key=lambda item: (
            item.get_closest_marker("server") is not None,
            item.get_closest_marker("long") is None,
            item.get_closest_marker("bare") is None,
            item.get_closest_marker("last") is not None,
        )
    )


class NewServer(Protocol):
    """Makes a fresh server, bare or deployed; it is gone when the tests end."""

    def __call__(self, name: str, ram_mb: int = 2048, scale: str = SEED_SCALE) -> SandboxServer: ...


@pytest.fixture(scope="session")
def bare_server() -> Iterator[NewServer]:
    """Bare servers by name."""
    made: list[SandboxServer] = []

    def make(name: str, ram_mb: int = 2048, scale: str = SEED_SCALE) -> SandboxServer:
        server = SandboxServer(name=f"{name}-{CHECKOUT}", scale=scale)
        made.append(server)
        server.down()
        checked(server.make("up", f"RAM={ram_mb}"))
        return server

    yield make
    for server in made:
        server.down()


@pytest.fixture(scope="session")
def snapshots(bare_server: NewServer) -> dict[str, str]:
    """By scale a snapshot's name: after deploy, second deploy and seed. Those of older sources are gone."""
    names = {scale: suite_snapshot(scale) for scale in (SMALL_SCALE, SEED_SCALE)}
    with exclusive_snapshots():
        forget_suite_snapshots(but=names.values())
        if not {kept.name for kept in all_snapshots()}.issuperset(names.values()):
            server = bare_server("fresh")
            checked(server.make("deploy", "deploy-again"))
            for scale, name in names.items():
                checked(replace(server, scale=scale).make("seed"))
                checked(server.make("snapshot", f"IMAGE={name}"))
            server.down()
    return names


@pytest.fixture(scope="session")
def ready_server(snapshots: dict[str, str]) -> Iterator[NewServer]:
    """Deployed and seeded servers by name."""
    made: list[SandboxServer] = []

    def make(name: str, ram_mb: int = 2048, scale: str = SEED_SCALE) -> SandboxServer:
        server = SandboxServer(name=f"{name}-{CHECKOUT}", scale=scale)
        made.append(server)
        server.down()
        checked(server.make("up", f"FROM={snapshots[scale]}", *([f"RAM={ram_mb}"] if ram_mb != 2048 else [])))
        checked(server.make(f"build/sandbox-{server.name}/target.json"))
        return server

    yield make
    for server in made:
        server.down()


def named_server(request: pytest.FixtureRequest) -> SandboxServer | None:
    """The server that --server names, as the working tree says."""
    if not (name := request.config.getoption("--server")):
        return None
    server = SandboxServer(name=name)
    checked(server.make("update"))
    return server


@pytest.fixture(scope="session")
def sandbox_server(request: pytest.FixtureRequest) -> SandboxServer:
    """A deployed and seeded server: a fresh one, or the one that --server names."""
    if server := named_server(request):
        return server
    ready_server: NewServer = request.getfixturevalue("ready_server")
    return ready_server(f"test{PROCESS}")


@pytest.fixture(scope="session")
def run_on_server(sandbox_server: SandboxServer) -> Callable[[str], str]:
    """Run a command as root on the deployed server; what it printed, stripped."""
    return sandbox_server.run


@pytest.fixture(scope="session")
def server_http(sandbox_server: SandboxServer) -> Iterator[httpx.Client]:
    """HTTP to the edge, whose certificate is verified against the sandbox's CA."""
    with sandbox_server.http() as client:
        yield client


@pytest.fixture(scope="session")
def token(sandbox_server: SandboxServer) -> Callable[[int], str]:
    """A seeded user's bearer token."""
    return sandbox_server.token
