"""`make upgrade` on a server that serves: packages are new, everything runs them, and no request fails."""

from collections.abc import Callable

import httpx
import pytest

from deploy.operations.restarts import POSTGRESQL, restart_command
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


@pytest.mark.parametrize(
    "packages",
    [
        pytest.param(LIBRARY, id="a library"),
        pytest.param((*LIBRARY, *SERVICES), id="every service", marks=pytest.mark.rehearsal),
    ],
)
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


BROKEN = {
    "unpacked, not configured": (
        "cd /tmp && apt-get -qq download openssl && dpkg --unpack openssl_*.deb >/dev/null",
        "Finish the interrupted installation",
    ),
    "installed, nothing restarted": (
        f"{AGE.format('libssl3t64')}; NEEDRESTART_SUSPEND=1 apt-get -qq -y upgrade >/dev/null",
        "Let bantam-app@1.service run what is installed",
    ),
}


@pytest.mark.parametrize(("cut_off", "does"), BROKEN.values(), ids=BROKEN)
def test_an_upgrade_that_was_cut_off_is_finished_by_the_next(
    sandbox_server: SandboxServer, cut_off: str, does: str
) -> None:
    checked(sandbox_server.ssh(cut_off))
    done = checked(sandbox_server.make("upgrade"))
    assert does in done.stderr
    assert "Let all other services run what is installed" in done.stderr
    assert sandbox_server.ssh("dpkg --audit").stdout == ""
    assert ", 0 changed" in checked(sandbox_server.make("upgrade")).stderr


def test_packages_that_apt_cannot_upgrade_are_an_error(sandbox_server: SandboxServer) -> None:
    """Here a dependency is not met."""
    checked(sandbox_server.ssh(f"cp /var/lib/dpkg/status /root/status; {AGE.format('redis-tools')}"))
    done = sandbox_server.make("upgrade")
    checked(sandbox_server.ssh("mv /root/status /var/lib/dpkg/status"))
    assert done.returncode != 0
    assert "Unmet dependencies" in done.stderr


def test_the_pool_is_resumed_whatever_ends_the_restart(sandbox_server: SandboxServer) -> None:
    """As by the OOM killer while PostgreSQL restarts behind the paused pool."""
    unit = "systemctl list-units --plain --no-legend 'run-*.service' | cut -d' ' -f1"
    found = f'for try in $(seq 500); do unit=$({unit}); test -n "$unit" && break; sleep 0.01; done'
    kill = "sleep 0.1; kill -9 $(systemctl show --value --property=MainPID $unit)"
    checked(sandbox_server.ssh(f"({restart_command(POSTGRESQL)}) & {found}; {kill}; wait; true"))
    console = "runuser -u pgbouncer -- psql -XAtqw -h /run/pgbouncer -p 6432 -d pgbouncer"
    listed = checked(sandbox_server.ssh(f"cd /; {console} -c 'SHOW DATABASES'")).stdout.splitlines()
    [row] = [line.split("|") for line in listed if line.startswith("bantam|")]
    assert row[-2:] == ["0", "0"], "neither paused nor disabled"
    checked(sandbox_server.ssh("systemctl start postgresql@17-main"))
