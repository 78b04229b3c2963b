"""`make restart COMPONENT=` on a server that serves: everything runs anew, and no request fails."""

from collections.abc import Callable

import httpx
import pytest

from tests.deploy.traffic import MEMBER, Traffic
from tests.servers import SandboxServer, checked

pytestmark = pytest.mark.server

UNITS = {
    "postgresql": "postgresql@17-main",
    "pgbouncer": "pgbouncer",
    "redis": "redis-server",
    "app": "bantam-app@1 bantam-app@2",
    "edge": "nginx",
}


# A request waits for a connection for 5 s, and on a busy machine PostgreSQL may take longer to start.
@pytest.mark.parametrize(
    "component", [pytest.param("postgresql", marks=pytest.mark.rehearsal), *list(UNITS)[1:]]
)
def test_a_restart_drops_no_request(
    sandbox_server: SandboxServer, server_http: httpx.Client, token: Callable[[int], str], component: str
) -> None:
    pids = f"systemctl show --value --property=MainPID {UNITS[component]}"
    before = checked(sandbox_server.ssh(pids)).stdout.split()
    with Traffic(server_http, token(MEMBER)) as traffic:
        done = checked(sandbox_server.make("restart", f"COMPONENT={component}"))
    assert f"Restart {component}" in done.stderr
    assert set(traffic.statuses) == {200}
    assert traffic.statuses[200] > 10
    after = checked(sandbox_server.ssh(pids)).stdout.split()
    assert len(before) == len(UNITS[component].split())
    assert not set(before) & set(after)


@pytest.mark.parametrize("component", ["nginx", "", "app; touch /tmp/typed"])
def test_what_is_no_component_is_refused(sandbox_server: SandboxServer, component: str) -> None:
    done = sandbox_server.make("restart", f"COMPONENT={component}")
    assert done.returncode != 0
    assert f"there is no component `{component}` to restart: COMPONENT= takes postgresql, " in done.stderr
    assert "Traceback" not in done.stderr
