"""`make rotate-secrets` on a server that serves: no request fails, and the former secrets open nothing."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import msgspec
import pytest

from tests.deploy.direct import pyinfra
from tests.deploy.traffic import MEMBER, Traffic
from tests.servers import ROOT, SandboxServer, checked

pytestmark = [pytest.mark.server, pytest.mark.long]

AUTHENTICATE = "redis-cli -s /run/redis/redis.sock AUTH bantam {}"


@pytest.fixture
def secrets(sandbox_server: SandboxServer) -> Iterator[Callable[[], dict[str, Any]]]:
    """Reads the checkout's secrets of the server; afterwards the record of its deploy is as it was."""
    evidence = sandbox_server.run_folder / "deploy.json"
    kept = evidence.read_bytes()
    file = ROOT / "inventories" / "secrets" / f"sandbox-{sandbox_server.name}.yml"
    yield lambda: msgspec.yaml.decode(file.read_bytes())
    evidence.write_bytes(kept)


def accepted(server: SandboxServer, password: str) -> bool:
    """Whether Redis accepts this password of the app."""
    return checked(server.ssh(AUTHENTICATE.format(password))).stdout.strip() == "OK"


def test_no_request_fails_and_the_former_secrets_open_nothing(
    sandbox_server: SandboxServer,
    server_http: httpx.Client,
    token: Callable[[int], str],
    secrets: Callable[[], dict[str, Any]],
) -> None:
    former = secrets()
    with Traffic(server_http, token(MEMBER)) as traffic:
        done = checked(sandbox_server.make("rotate-secrets"))
    assert set(traffic.statuses) == {200}
    assert traffic.statuses[200] > 100
    new = secrets()
    same = {name for name, value in former.items() if new.get(name) == value}
    assert same == {"seed_token_key", "backup_key"}, "tokens of seeded users and backups need the former ones"
    assert not [value for value in (*former.values(), *new.values()) if value in done.stdout + done.stderr]
    assert not accepted(sandbox_server, former["redis_app_password"])
    assert accepted(sandbox_server, new["redis_app_password"])


LONG = pytest.mark.rehearsal


@pytest.mark.parametrize(
    "done", [pytest.param('"redis"', marks=LONG), pytest.param('"redis,app"', marks=LONG), "both steps"]
)
def test_a_rotation_that_was_cut_off_is_continued(
    sandbox_server: SandboxServer,
    server_http: httpx.Client,
    token: Callable[[int], str],
    secrets: Callable[[], dict[str, Any]],
    done: str,
) -> None:
    former = secrets()
    steps = ("begin", "finish") if done == "both steps" else ("begin",)
    components = '"postgresql,redis,app"' if done == "both steps" else done
    for step in steps:
        checked(pyinfra(sandbox_server, "-y", f'--data=rotation="{step}"', f"--data=only={components}"))
    begun = secrets()
    assert begun["replaced"]["redis_app_password"] == former["redis_app_password"]
    # Whatever restarts meanwhile comes back.
    checked(sandbox_server.ssh("systemctl restart pgbouncer redis-server bantam-app@1"))
    refused = sandbox_server.make("deploy", "ONLY=app")
    assert "a rotation of its secrets was cut off: finish it by `make rotate-secrets`" in refused.stderr
    with Traffic(server_http, token(MEMBER)) as traffic:
        checked(sandbox_server.make("rotate-secrets"))
    assert set(traffic.statuses) == {200}
    del begun["replaced"]
    assert secrets() == begun, "no third set was made"
    assert not accepted(sandbox_server, former["redis_app_password"])
