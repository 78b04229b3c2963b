"""The deploy on real servers: it converges, repairs, scales."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

from tests.conftest import NewServer
from tests.deploy.direct import pyinfra
from tests.servers import ROOT, SMALL_SCALE, SandboxServer, checked

pytestmark = [pytest.mark.server, pytest.mark.long]


def test_the_second_run_changes_nothing(sandbox_server: SandboxServer) -> None:
    checked(sandbox_server.make("deploy-again"))
    assert sandbox_server.read("deploy.json")["second_run_changed"] == 0


# As if the one of this tree had never been there.
ANOTHER_RELEASE = """
cd /opt/bantam && ours=$(readlink -f current) && mv $ours releases/another
sed -i "s#$ours#/opt/bantam/releases/another#" releases/another/bin/pip && ln -sfn releases/another current
sed -i '$ s/.*/another/' releases/another/complete
"""
SAME_PYTHON = "head -n 1 /opt/bantam/current/bin/pip; echo '#!'$(readlink -f /opt/bantam/current)/bin/python3"


@pytest.mark.parametrize(
    ("change", "deployed", "left_alone"),
    [
        ("true", [], ["App", "Record"]),
        (ANOTHER_RELEASE, ["App | Make the release current"], ["Base", "Record"]),
        ("echo others > /etc/bantam/sources", ["Record the sources"], ["App", "Base"]),
    ],
    ids=["nothing changed", "another release", "other sources"],
)
def test_an_update_deploys_what_changed_and_nothing_more(
    sandbox_server: SandboxServer, change: str, deployed: list[str], left_alone: list[str]
) -> None:
    checked(sandbox_server.ssh(change))
    done = checked(sandbox_server.make("update"))
    assert [line for line in deployed if line not in done.stderr] == []
    assert [line for line in left_alone if line in done.stderr] == []
    assert sandbox_server.make("update").stderr == ""
    of_pip, of_release = sandbox_server.ssh(SAME_PYTHON).stdout.splitlines()
    assert of_pip == of_release


def deploy(server: SandboxServer, *options: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(checked(pyinfra(server, "--json", *options)).stdout)
    return told


def test_a_dry_run_finds_nothing_to_change(sandbox_server: SandboxServer) -> None:
    plan = deploy(sandbox_server, "--dry")["plan"]
    assert [operation["name"] for operation in plan if operation["hosts_with_change"]] == []


PSQL = "runuser -u postgres -- psql -qAt -c"
POWERS = (
    "SELECT rolcreatedb, pg_has_role(oid, 'pg_read_all_data', 'MEMBER') FROM pg_roles WHERE rolname ~ '_app'"
)
VENDOR = r"Types: deb\nURIs: http://vendor.invalid/\nSuites: trixie\nComponents: main\nSigned-By: /a.asc\n"
DAMAGES = {
    "a stopped service": ("systemctl stop redis-server", "systemctl is-active redis-server", "active"),
    "a disabled unit": ("systemctl disable -q pgbouncer", "systemctl is-enabled pgbouncer", "enabled"),
    "an edited file": (
        "echo 'work_mem = 1GB' >> /etc/postgresql/17/main/conf.d/bantam.conf && pg_ctlcluster 17 main reload",
        f"{PSQL} 'SHOW work_mem'",
        "16MB",
    ),
    "a role with power": (
        f"{PSQL} 'ALTER ROLE bantam_app CREATEDB' -c 'GRANT pg_read_all_data TO bantam_app'",
        f'{PSQL} "{POWERS}"',
        "f|f",
    ),
    "an administrator who left": (
        "useradd -mG ssh-users,bantam-admins leaver; install -D ~/.ssh/authorized_keys -t ~leaver/.ssh",
        "id -nG leaver; ls ~leaver/.ssh; userdel -r leaver 2>/dev/null",
        "leaver",
    ),
    "a second key of an administrator": (
        "echo 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHVudXNlZA== old' >> ~operator/.ssh/authorized_keys",
        "grep -c old ~operator/.ssh/authorized_keys",
        "0",
    ),
    "a vendor's package source": (
        f"printf '{VENDOR}' > /etc/apt/sources.list.d/aaa.sources",
        "grep -c vendor /etc/apt/sources.list.d/debian.sources; rm /etc/apt/sources.list.d/aaa.sources",
        "0",
    ),
    "a service that cannot start": (
        "sed -i s/^pool_mode.*/pool_mode=no/ /etc/pgbouncer/pgbouncer.ini; systemctl restart pgbouncer; true",
        "systemctl is-active pgbouncer",
        "active",
    ),
    "a lost secret": (
        "rm /etc/bantam/credentials/cursor-key",
        "stat -c '%a %U' /etc/bantam/credentials/cursor-key",
        "600 root",
    ),
}


@pytest.mark.parametrize("user", [pytest.param("root", marks=pytest.mark.rehearsal), "operator"])
def test_a_run_repairs_what_was_damaged_and_nothing_else(sandbox_server: SandboxServer, user: str) -> None:
    """As root, and as an administrator who needs sudo for everything."""
    for damage, _, _ in DAMAGES.values():
        assert sandbox_server.ssh(f"cd / && {damage}").returncode == 0
    deploy(sandbox_server, "-y", f"--data=ssh_user={user}")
    after = {
        name: sandbox_server.ssh(f"cd / && {question}").stdout.strip()
        for name, (_, question, _) in DAMAGES.items()
    }
    assert after == {name: answer for name, (_, _, answer) in DAMAGES.items()}
    again = sandbox_server.make("deploy-again")
    assert again.returncode == 0, again.stderr


# What a hosted image or its owner may have set for every login.
HOSTED_LOGIN = """
umask 077
export LC_ALL=xx_XX.UTF-8 PGHOST=nowhere PIP_INDEX_URL=http://nowhere.invalid PYTHONPATH=/nowhere
cd /tmp
"""


@pytest.mark.rehearsal
def test_a_login_of_its_own_changes_nothing_in_the_result(sandbox_server: SandboxServer) -> None:
    """A new release is installed under it, and every service can read it."""
    prepare = f"cp ~/.bashrc ~/kept; printf %s '{HOSTED_LOGIN}' | cat - ~/kept > ~/.bashrc"
    checked(sandbox_server.ssh(prepare))
    deploy(sandbox_server, "-y", "--data=max_body_kb=1000")
    unreadable = sandbox_server.ssh("umask; find -L /opt/bantam/current ! -perm -o=r | head -n 3")
    checked(sandbox_server.ssh("mv ~/kept ~/.bashrc"))
    deploy(sandbox_server, "-y")
    assert unreadable.stdout == "0077\n"


HOLD = "import fcntl, time; file = open('{}', 'a'); fcntl.lockf(file, fcntl.LOCK_EX); time.sleep(12)"


@pytest.mark.parametrize("lock", ["/var/lib/apt/lists/lock", "/var/lib/dpkg/lock-frontend"])
def test_an_installation_of_others_is_waited_for(sandbox_server: SandboxServer, lock: str) -> None:
    """As at a hosted server's first boot."""
    hold = shlex.quote(HOLD.format(lock))
    stale = "rm -f /var/lib/apt/periodic/update-success-stamp"
    checked(sandbox_server.ssh(f"{stale}; systemd-run --quiet --collect python3 -c {hold}; sleep 0.5"))
    told = deploy(sandbox_server, "-y", "--data=only=base")
    waited, updated = (
        [each["success"] for each in told["results"]["operations"] if text in each["name"]]
        for text in ("Wait for installations", "Update the package lists")
    )
    assert all((*waited, *updated))
    assert waited
    assert updated


OTHER_RULES = """
table ip filter { chain INPUT { type filter hook input priority 0; tcp dport 22 accept; drop; }; }
"""


def test_a_firewall_that_drops_is_refused_kept_or_replaced(sandbox_server: SandboxServer) -> None:
    loaded = f"echo '{OTHER_RULES}' | nft -f -"
    in_the_file = f"cp -a /etc/nftables.conf /root/ours && echo '{OTHER_RULES}' > /etc/nftables.conf"
    checked(sandbox_server.ssh(loaded))
    refused = pyinfra(sandbox_server, "-y")
    assert refused.returncode == 1
    assert "the firewall table ip filter drops what no rule accepts" in refused.stderr
    deploy(sandbox_server, "-y", "--data=only=redis", "--data=other_firewall=keep")
    checked(sandbox_server.ssh(in_the_file))
    assert "has rules that would be lost" in pyinfra(sandbox_server, "-y").stderr
    deploy(sandbox_server, "-y", "--data=only=base", "--data=other_firewall=replace")
    after = sandbox_server.ssh("nft list tables; cmp /etc/nftables.conf /root/ours; rm /root/ours")
    assert after.stdout == "table inet bantam\n"
    kept = sandbox_server.ssh("cat /etc/nftables.conf.before-bantam; rm /etc/nftables.conf.before-bantam")
    assert kept.stdout.strip() == OTHER_RULES.strip()


def test_a_changed_role_reaches_the_sessions_of_the_pool(sandbox_server: SandboxServer) -> None:
    def lifetimes() -> set[str]:
        sessions = "SELECT pid FROM pg_stat_activity WHERE usename = 'bantam_app'"
        return set(sandbox_server.ssh(f'cd / && {PSQL} "{sessions}"').stdout.split())

    before = lifetimes()
    deploy(sandbox_server, "-y", "--data=app_statement_timeout_ms=4000")
    assert before
    assert lifetimes() & before == set()
    deploy(sandbox_server, "-y")


# What keeps each service from starting, and back again.
OBSTACLES = (
    "/etc/postgresql/17/main/postgresql.conf",
    "/etc/pgbouncer/pgbouncer.ini",
    "/etc/redis/redis.conf",
    "/etc/nginx/nginx.conf",
)
SERVICES = "postgresql@17-main pgbouncer redis-server nginx"


def test_services_come_back_by_themselves_however_often_they_failed(sandbox_server: SandboxServer) -> None:
    def active() -> list[str]:
        return sandbox_server.ssh(f"systemctl is-active {SERVICES}").stdout.split()

    aside = "; ".join(f"mv {file} {file}.aside" for file in OBSTACLES)
    back = "; ".join(f"mv {file}.aside {file}" for file in OBSTACLES)
    checked(sandbox_server.ssh(f"{aside}; systemctl kill --signal=KILL {SERVICES}; sleep 25"))
    failing = active()
    checked(sandbox_server.ssh(back))
    end = time.monotonic() + 60
    while set(active()) != {"active"} and time.monotonic() < end:
        time.sleep(1)
    assert "active" not in failing
    assert active() == ["active"] * 4


def test_four_gigabytes_give_the_scaled_configuration(ready_server: NewServer) -> None:
    server = ready_server("large", ram_mb=4096, scale=SMALL_SCALE)
    # It runs when the server starts, and the deploy has restarted PostgreSQL meanwhile.
    checked(server.ssh("systemctl start bantam-reports.service"))
    checked(server.make("verify"))
    shown = server.ssh(f"cd / && {PSQL} 'SHOW shared_buffers' -c 'SHOW work_mem'")
    assert shown.stdout.split() == ["1GB", "32MB"]


def test_ctrl_c_ends_a_deploy_with_one_sentence(sandbox_server: SandboxServer) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "deploy", sandbox_server.inventory, str(sandbox_server.run_folder)],
        cwd=ROOT,
        env=sandbox_server.env,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as running:
        assert running.stderr
        assert running.stderr.readline() == f"sandbox-{sandbox_server.name}: deploy\n"
        os.killpg(running.pid, signal.SIGINT)  # as a terminal does, all of its processes
        said = running.stderr.read()
    assert said.strip() == "The deploy was interrupted: run the same command again to continue."
    assert running.returncode == 1
