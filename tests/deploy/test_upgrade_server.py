"""`make upgrade` on a server that serves: packages are new, everything runs them, and no request fails."""

from collections.abc import Callable

import httpx
import pytest

from tests.deploy.traffic import MEMBER, Traffic
from tests.servers import SandboxServer, checked

pytestmark = [pytest.mark.server, pytest.mark.long]

LIBRARY = ("libssl3t64",)  # which every service has mapped
SERVICES = ("postgresql-17", "pgbouncer", "redis-server", "nginx")
# dpkg takes a package for a little older than it is, so that apt installs it anew.
AGE = "sed -i '/^Package: {}$/,/^$/ s/^Version: .*/&~0/' /var/lib/dpkg/status"
UNITS = ("postgresql@17-main", "pgbouncer", "redis-server", "bantam-app@1", "bantam-app@2")
SIMULATED = "apt-get -qq -s upgrade --with-new-pkgs | awk '/^Inst/ {print $2}'"
REPLACED = (
    "cat $(find /sys/fs/cgroup/system.slice -path '*bantam-app*' -name cgroup.procs"
    " -o -path '*postgres*' -name cgroup.procs -o -path '*pgbouncer*' -name cgroup.procs"
    " -o -path '*redis*' -name cgroup.procs -o -path '*nginx*' -name cgroup.procs) |"
    " while read -r pid; do cat /proc/$pid/maps; done | grep -c '/usr/.* (deleted)$'"
)


@pytest.mark.parametrize("packages", [LIBRARY, (*LIBRARY, *SERVICES)], ids=["a library", "every service"])
def test_an_upgrade_drops_no_request(
    sandbox_server: SandboxServer,
    server_http: httpx.Client,
    token: Callable[[int], str],
    packages: tuple[str, ...],
) -> None:
    checked(sandbox_server.ssh("; ".join(AGE.format(name) for name in packages)))
    assert set(checked(sandbox_server.ssh(SIMULATED)).stdout.split()) >= set(packages)
    with Traffic(server_http, token(MEMBER)) as traffic:
        done = checked(sandbox_server.make("upgrade"))
    assert set(traffic.statuses) == {200}
    assert traffic.statuses[200] > 50
    for unit in UNITS:
        assert f"Let {unit}.service run what is installed" in done.stderr
    assert sandbox_server.ssh(SIMULATED).stdout.strip() == ""
    assert sandbox_server.ssh(REPLACED).stdout.strip() == "0"
    again = checked(sandbox_server.make("upgrade"))
    assert ", 0 changed" in again.stderr
