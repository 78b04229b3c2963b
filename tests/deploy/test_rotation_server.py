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

LOGIN = "runuser -u bantam -- env PGPASSWORD={} psql -XAtqw -h /run/pgbouncer -p 6432 -U bantam_app -d bantam"
AUTHENTICATE = "redis-cli -s /run/redis/redis.sock AUTH bantam {}"


@pytest.fixture
def secrets(sandbox_server: SandboxServer) -> Iterator[Callable[[], dict[str, Any]]]:
    """Reads the checkout's secrets of the server; afterwards the record of its deploy is as it was."""
    evidence = sandbox_server.run_folder / "deploy.json"
    kept = evidence.read_bytes()
    file = ROOT / "inventories" / "secrets" / f"sandbox-{sandbox_server.name}.yml"
    yield lambda: msgspec.yaml.decode(file.read_bytes())
    evidence.write_bytes(kept)


def accepted(server: SandboxServer, database: str, redis: str) -> list[bool]:
    """Whether PgBouncer and Redis accept these passwords of the app."""
    pool = server.ssh(f"{LOGIN.format(database)} -c 'SELECT 1'")
    cache = checked(server.ssh(AUTHENTICATE.format(redis)))
    return [pool.stdout.strip() == "1", cache.stdout.strip() == "OK"]


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
    assert same == {"seed_token_key"}, "the tokens of seeded users are derived from this one"
    assert not [value for value in (*former.values(), *new.values()) if value in done.stdout + done.stderr]
    names = ("database_app_password", "redis_app_password")
    assert accepted(sandbox_server, *(former[name] for name in names)) == [False, False]
    assert accepted(sandbox_server, *(new[name] for name in names)) == [True, True]


def test_a_rotation_that_was_cut_off_is_continued(
    sandbox_server: SandboxServer,
    server_http: httpx.Client,
    token: Callable[[int], str],
    secrets: Callable[[], dict[str, Any]],
) -> None:
    former = secrets()
    with Traffic(server_http, token(MEMBER)) as traffic:
        # Only Redis learned of it.
        checked(pyinfra(sandbox_server, "-y", '--data=rotation="begin"', '--data=only="redis"'))
        begun = secrets()
        assert begun["replaced"]["redis_app_password"] == former["redis_app_password"]
        refused = sandbox_server.make("deploy", "ONLY=app")
        assert "a rotation of its secrets was cut off: finish it by `make rotate-secrets`" in refused.stderr
        checked(sandbox_server.make("rotate-secrets"))
    assert set(traffic.statuses) == {200}
    del begun["replaced"]
    assert secrets() == begun, "no third set was made"
    assert (
        accepted(sandbox_server, former["database_app_password"], former["redis_app_password"]) == [False] * 2
    )
