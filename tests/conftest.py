"""A deployed sandbox server for the tests that need one; they run after the offline ones."""

import hashlib
import hmac
import json
import os
import ssl
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import httpx
import pytest

ROOT = Path(__file__).parent.parent
# What plans and figures are promised for; it takes half a minute.
SEED_SCALE = "1.0"
# Servers belong to the whole machine: two checkouts that are tested at once must not share their names.
CHECKOUT = hashlib.sha256(str(ROOT).encode()).hexdigest()[:4]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Quick ones first: whoever breaks a unit need not wait for a server; last what fills it with rows."""
    items.sort(
        key=lambda item: (
            item.get_closest_marker("server") is not None,
            item.get_closest_marker("last") is not None,
        )
    )


@dataclass(frozen=True, kw_only=True)
class SandboxServer:
    """A server named `name`, deployed and seeded; `run_folder` holds what its steps left."""

    name: str
    run_folder: Path
    inventory: str = "inventories/sandbox.py"

    @property
    def env(self) -> dict[str, str]:
        return {**os.environ, "NAME": self.name}

    def make(self, *targets: str) -> subprocess.CompletedProcess[str]:
        """Run make for this server."""
        return subprocess.run(
            ["make", "--no-print-directory", f"NAME={self.name}", f"SCALE={SEED_SCALE}", *targets],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    def read(self, file: str) -> dict[str, object]:
        """One of the JSON files of its run folder."""
        content: dict[str, object] = json.loads((self.run_folder / file).read_text())
        return content

    def ssh(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a command as root."""
        return subprocess.run(
            [".venv/bin/python", "-m", "sandbox", "ssh", "--name", self.name, "--", command],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )


class BareServer(Protocol):
    """Makes a fresh server that nobody has deployed to; it is gone when the tests end."""

    def __call__(self, name: str, ram_mb: int = 2048) -> SandboxServer: ...


@pytest.fixture(scope="session")
def bare_server() -> Iterator[BareServer]:
    """Bare servers by name."""
    made: list[SandboxServer] = []

    def make(name: str, ram_mb: int = 2048) -> SandboxServer:
        name = f"{name}-{CHECKOUT}"
        server = SandboxServer(name=name, run_folder=ROOT / "build" / f"sandbox-{name}")
        made.append(server)
        _check(server.make("down"))
        _check(server.make("up", f"RAM={ram_mb}"))
        return server

    yield make
    for server in made:
        _check(server.make("down"))


@pytest.fixture(scope="session")
def sandbox_server(bare_server: BareServer) -> SandboxServer:
    """A fresh server after deploy, second deploy and seed."""
    server = bare_server("test")
    _check(server.make("deploy", "deploy-again", "seed"))
    return server


@pytest.fixture(scope="session")
def run_on_server(sandbox_server: SandboxServer) -> Callable[[str], str]:
    """Run a command as root on the deployed server; what it printed, stripped."""

    def run(command: str) -> str:
        return _check(sandbox_server.ssh(command)).stdout.strip()

    return run


@pytest.fixture(scope="session")
def server_http(sandbox_server: SandboxServer) -> Iterator[httpx.Client]:
    """HTTP to the edge, whose certificate is verified against the sandbox's CA."""
    target = json.loads((sandbox_server.run_folder / "target.json").read_text())
    context = ssl.create_default_context(cafile=str(ROOT / target["ca"]))
    with httpx.Client(base_url=target["url"], verify=context, timeout=20) as client:
        yield client


@pytest.fixture(scope="session")
def token(sandbox_server: SandboxServer) -> Callable[[int], str]:
    """A seeded user's bearer token."""
    key = (sandbox_server.run_folder / "seed_token_key").read_bytes()

    def of(user_id: int) -> str:
        return "bt_" + hmac.new(key, f"user:{user_id}".encode(), hashlib.sha256).hexdigest()

    return of


def _check(done: subprocess.CompletedProcess[str]) -> subprocess.CompletedProcess[str]:
    assert done.returncode == 0, f"{done.args}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done
