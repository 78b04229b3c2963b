"""The base: Debian 13, its packages and people, ssh, firewall, time, kernel."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from verify.probes.firewall import accepting
from verify.probes.ports import open_ports
from verify.probes.ssh_offer import LISTS, ssh_offer
from verify.probes.units import Unit

EDGE = [80, 443]
SERVICES = [
    "postgresql@17-main.service",
    "pgbouncer.service",
    "redis-server.service",
    "nginx.service",
    "ssh.service",
]
CLOSED = [
    21,
    25,
    111,
    3306,
    5432,
    5433,
    6379,
    6432,
    8000,
    8080,
    8443,
    9090,
    9100,
    9121,
    9127,
    9187,
    9200,
    11211,
]

# How the kernel combines conf/all with an interface's own value (ip-sysctl.rst), and the expected result.
COMBINED: dict[str, tuple[Callable[[int, int], int], int]] = {
    "net.ipv4.conf.{}.accept_redirects": (lambda everywhere, here: everywhere | here, 0),
    "net.ipv4.conf.{}.send_redirects": (lambda everywhere, here: everywhere | here, 0),
    "net.ipv4.conf.{}.accept_source_route": (lambda everywhere, here: everywhere & here, 0),
    "net.ipv4.conf.{}.rp_filter": (max, 1),
    "net.ipv6.conf.{}.accept_redirects": (lambda _everywhere, here: here, 0),
    "net.ipv6.conf.{}.accept_source_route": (min, 0),
}
MACHINE_SYSCTLS = {
    "vm.overcommit_memory": "2",
    "vm.swappiness": "10",
    "vm.dirty_background_bytes": "67108864",
    "vm.dirty_bytes": "268435456",
    "kernel.dmesg_restrict": "1",
    "kernel.kptr_restrict": "1",
}


@pytest.fixture(scope="module")
def address(settings: dict[str, Any]) -> str:
    return str(settings["server_address"] or settings["server_name"])


@pytest.fixture(scope="module")
def sshd(host: Any) -> dict[str, str]:
    """The effective options; of a repeated one, the last."""
    return dict(line.split(" ", 1) for line in host.check_output("sshd -T").splitlines() if " " in line)


@pytest.fixture(scope="module")
def offer(settings: dict[str, Any], target: Any, ssh_port: int) -> dict[str, list[str]]:
    return ssh_offer(settings.get("ssh_hostname", target.name), ssh_port)


@pytest.fixture(scope="module")
def apt(host: Any) -> list[str]:
    """apt's effective options, each as `NAME "VALUE";`."""
    return list(host.check_output("apt-config dump").splitlines())


@pytest.fixture(scope="module")
def packages_from(host: Any) -> str:
    return str(host.check_output("apt-cache policy"))


@pytest.fixture(scope="module")
def ruleset(host: Any) -> list[dict[str, Any]]:
    """The kernel's firewall: a list of one-key objects."""
    objects: list[dict[str, Any]] = json.loads(host.check_output("nft -j list ruleset"))["nftables"]
    return objects


@pytest.fixture(scope="module")
def accepted(ruleset: list[dict[str, Any]]) -> list[str]:
    """The conditions of every accepting rule, as text."""
    rules = [item["rule"] for item in ruleset if item.get("rule", {}).get("chain") == "input"]
    return [condition for rule in rules for condition in accepting(rule["expr"])]


@pytest.fixture(scope="module")
def network_sysctls(host: Any) -> dict[str, int]:
    lines = host.check_output("sysctl --all --pattern '^net[.]ipv[46][.]conf[.]' 2>/dev/null").splitlines()
    pairs = (line.split(" = ") for line in lines)
    return {name: int(value) for name, value in pairs if value.lstrip("-").isdigit()}


@pytest.fixture(scope="module")
def container(host: Any) -> str:
    """The server's container type; "none" if it is not a container."""
    return str(host.run("systemd-detect-virt --container").stdout.strip())


@pytest.fixture(scope="module")
def ssh_port(settings: dict[str, Any]) -> int:
    """The port of the inventory."""
    return int(settings.get("ssh_port") or 22)


@pytest.fixture(scope="module")
def outside(address: str, ssh_port: int) -> set[int]:
    """The ports that are open to the verifying machine."""
    return open_ports(address, [ssh_port, *EDGE, *CLOSED])


def test_debian_13(host: Any) -> None:
    assert host.check_output(". /etc/os-release; echo $ID $VERSION_ID") == "debian 13"


def test_no_unit_has_failed(host: Any) -> None:
    assert host.check_output("systemctl list-units --failed --plain --no-legend") == ""


def test_system_is_running(host: Any) -> None:
    assert host.run("systemctl is-system-running").stdout.strip() == "running"


def test_no_installation_was_cut_off(host: Any) -> None:
    assert host.check_output("dpkg --audit") == ""


def test_no_security_update_waits(host: Any) -> None:
    """Run `make upgrade`; most are installed at night. One that is held (`apt-mark`) counts as well."""
    simulated = host.check_output(
        "apt-get -qq -s -o Debug::NoLocking=1 --ignore-hold upgrade --with-new-pkgs"
    ).splitlines()
    assert [line for line in simulated if line.startswith("Inst ") and "Debian-Security" in line] == []


@pytest.mark.parametrize("name", SERVICES)
def test_service_runs_what_is_installed(unit: Callable[[str], Unit], name: str) -> None:
    """Run `make upgrade`: it restarts what an upgrade has replaced."""
    assert unit(name).replaced_files() == []


def test_worker_runs_what_is_installed(unit: Callable[[str], Unit], worker: int) -> None:
    assert unit(f"bantam-app@{worker}.service").replaced_files() == []


@pytest.mark.parametrize("suite", ["trixie", "trixie-updates", "trixie-security"])
def test_packages_come_from(packages_from: str, suite: str) -> None:
    assert f"n={suite}," in packages_from


def test_packages_come_from_debian_only(packages_from: str) -> None:
    releases = [line for line in packages_from.splitlines() if line.strip().startswith("release ")]
    assert [line.strip() for line in releases if "o=Debian," not in line and "a=now" not in line] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("APT::Periodic::Update-Package-Lists", "1"),
        ("APT::Periodic::Unattended-Upgrade", "1"),
        ("Unattended-Upgrade::Automatic-Reboot", "false"),
    ],
)
def test_apt(apt: list[str], name: str, value: str) -> None:
    assert f'{name} "{value}";' in apt


@pytest.mark.parametrize("package", ["postgresql-17", "pgbouncer", "redis-server"])
def test_database_service_is_upgraded_only_when_planned(apt: list[str], package: str) -> None:
    held = [line.split('"')[1] for line in apt if line.startswith("Unattended-Upgrade::Package-Blacklist:: ")]
    assert any(re.match(pattern, package) for pattern in held), held


@pytest.mark.parametrize("timer", ["apt-daily.timer", "apt-daily-upgrade.timer"])
def test_upgrades_happen(unit: Callable[[str], Unit], timer: str) -> None:
    assert (unit(timer).properties["ActiveState"], unit(timer).properties["UnitFileState"]) == (
        "active",
        "enabled",
    )


@pytest.mark.parametrize("service", ["ssh.service", "nftables.service", "systemd-timesyncd.service"])
def test_starts_with_the_server(unit: Callable[[str], Unit], service: str) -> None:
    assert unit(service).properties["UnitFileState"] == "enabled"


@pytest.mark.parametrize("service", ["ssh.service", "nftables.service"])
def test_is_active(unit: Callable[[str], Unit], service: str) -> None:
    assert unit(service).properties["ActiveState"] == "active"


def test_clock_is_synchronised(host: Any, container: str) -> None:
    if container != "none":
        pytest.skip(
            f"the clock belongs to the host: systemd-timesyncd does not run in a container ({container})"
        )
    assert host.check_output("timedatectl show --property=NTPSynchronized --value") == "yes"


def test_journal_is_bounded(host: Any) -> None:
    started = host.check_output(
        "journalctl --quiet --output=json --lines=1 MESSAGE_ID=ec387f577b844b8fa948f33cad9a75e6"
        " JOURNAL_NAME='System Journal'"
    )
    assert int(json.loads(started)["MAX_USE"]) <= 200 * 2**20


def test_who_may_use_ssh(host: Any, sshd: dict[str, str], settings: dict[str, Any]) -> None:
    members = host.check_output("getent group %s", sshd["allowgroups"]).rpartition(":")[2].split(",")
    assert {"root", settings.get("ssh_user", "root"), *settings["admins"]} == set(members)


def test_who_may_become_root(host: Any, settings: dict[str, Any]) -> None:
    members = host.check_output("getent group bantam-admins").rpartition(":")[2].split(",")
    assert set(members) - {""} <= {*settings["admins"], settings.get("ssh_user", "root")}


def test_nobody_has_a_password(host: Any) -> None:
    """Except root: a hosted server's console asks for it, and ssh accepts no passwords."""
    shadow = dict(line.split(":")[:2] for line in host.check_output("getent shadow").splitlines())
    assert [name for name, password in shadow.items() if not password] == []
    assert [name for name, password in shadow.items() if name != "root" and "$" in password] == []


def test_root_is_the_only_superuser(host: Any) -> None:
    assert host.check_output("awk -F: '$3 == 0 {print $1}' /etc/passwd") == "root"


def test_administrator_has_the_inventorys_key(host: Any, settings: dict[str, Any], admin: str) -> None:
    lines = host.check_output(f"cat ~{admin}/.ssh/authorized_keys").splitlines()
    keys = [line.split()[1] for line in lines if line and not line.startswith("#")]
    assert keys == [settings["admins"][admin].split()[1]]


def test_administrator_may_sudo(host: Any, admin: str) -> None:
    assert host.check_output("runuser -u %s -- sudo -n id -u", admin) == "0"


@pytest.mark.parametrize(
    ("option", "values"),
    [
        ("passwordauthentication", {"no"}),
        ("kbdinteractiveauthentication", {"no"}),
        ("permitemptypasswords", {"no"}),
        ("permitrootlogin", {"no", "without-password", "prohibit-password", "forced-commands-only"}),
        ("maxauthtries", {"10"}),
        ("x11forwarding", {"no"}),
        ("allowagentforwarding", {"no"}),
        ("permittunnel", {"no"}),
        ("gatewayports", {"no"}),
        ("allowgroups", {"ssh-users"}),
        ("strictmodes", {"yes"}),
    ],
)
def test_sshd(sshd: dict[str, str], option: str, values: set[str]) -> None:
    assert sshd[option] in values


@pytest.mark.parametrize("kind", LISTS[:6])
@pytest.mark.parametrize(
    "weakness", ["-cbc", "sha1", "3des", "arcfour", "md5", "ssh-rsa", "ssh-dss", "umac-64"]
)
def test_ssh_offers_nothing_weak(offer: dict[str, list[str]], kind: str, weakness: str) -> None:
    assert [algorithm for algorithm in offer[kind] if weakness in algorithm] == []


def test_ssh_answers_from_outside(outside: set[int], ssh_port: int) -> None:
    assert ssh_port in outside


@pytest.mark.parametrize("port", EDGE)
def test_port_answers_from_outside(outside: set[int], port: int) -> None:
    assert port in outside


@pytest.mark.parametrize("port", CLOSED)
def test_port_is_closed_from_outside(outside: set[int], port: int) -> None:
    assert port not in outside


def test_firewall_has_our_table(ruleset: list[dict[str, Any]]) -> None:
    # Other programs may have tables too: what ours drops, no other can accept.
    tables = {(item["table"]["family"], item["table"]["name"]) for item in ruleset if "table" in item}
    assert ("inet", "bantam") in tables


@pytest.mark.parametrize("chain", ["input", "forward"])
def test_firewall_drops(ruleset: list[dict[str, Any]], chain: str) -> None:
    policies = {
        item["chain"]["hook"]: item["chain"]["policy"]
        for item in ruleset
        if "hook" in item.get("chain", {}) and item["chain"]["table"] == "bantam"
    }
    assert policies[chain] == "drop"


def test_firewall_lets_in_what_it_should(accepted: list[str], host: Any, ssh_port: int) -> None:
    configured = host.check_output("sshd -T | sed -n 's/^port //p'").split()
    assert sorted(accepted) == [
        "ct state in ['established', 'related']",
        "ip6 saddr == fe80::/10 and udp sport == [547] and udp dport == [546]",
        "meta iifname == ['lo']",
        "meta l4proto == ['icmp', 'ipv6-icmp']",
        f"tcp dport == {sorted({*map(int, configured), ssh_port, *EDGE})}",
    ]


def test_firewall_limits_connections_per_address(
    ruleset: list[dict[str, Any]], settings: dict[str, Any]
) -> None:
    statements = [each for item in ruleset for each in item.get("rule", {}).get("expr", []) if "set" in each]
    limits = {each["set"]["set"]: each["set"]["stmt"][0]["ct count"]["val"] for each in statements}
    wanted = settings["connections_per_address"]
    assert limits == {"@connections": wanted, "@connections6": wanted}


def test_only_ssh_and_the_edge_listen(host: Any, sshd: dict[str, str]) -> None:
    lines = [line.split() for line in host.check_output("ss -Hltnp").splitlines()]
    listeners = {(int(line[3].rpartition(":")[2]), line[5].split('"')[1]) for line in lines}
    # A hosted server may have these, on loopback: not ours, and not reachable from outside.
    strangers = {listener for listener in listeners if listener[1] in {"systemd-resolve", "exim4", "chronyd"}}
    assert listeners - strangers == {(int(sshd["port"]), "sshd"), (80, "nginx"), (443, "nginx")}


@pytest.mark.parametrize("name", COMBINED)
def test_network_of_every_interface(network_sysctls: dict[str, int], name: str) -> None:
    combine, wanted = COMBINED[name]
    everywhere = network_sysctls[name.format("all")]
    family = name.partition("{}")[0]
    interfaces = {key.removeprefix(family).split(".")[0] for key in network_sysctls if key.startswith(family)}
    effective = {
        interface: combine(everywhere, network_sysctls[name.format(interface)])
        for interface in interfaces - {"all", "default", "lo"}
    }
    assert {interface: value for interface, value in effective.items() if value != wanted} == {}


@pytest.mark.parametrize(("name", "value"), [("net.ipv4.ip_forward", 0), ("net.ipv4.tcp_syncookies", 1)])
def test_network(host: Any, name: str, value: int) -> None:
    assert host.sysctl(name) == value


def test_listen_queue_holds_a_burst(host: Any) -> None:
    assert host.sysctl("net.core.somaxconn") >= 4096


@pytest.mark.parametrize(("name", "value"), MACHINE_SYSCTLS.items())
def test_kernel(host: Any, container: str, name: str, value: str) -> None:
    if container != "none":
        pytest.skip(f"{name} belongs to the host's kernel: a container ({container}) cannot set it")
    assert host.check_output("sysctl --values %s", name) == value


def test_swap(host: Any, container: str, settings: dict[str, Any]) -> None:
    if container != "none":
        pytest.skip(f"a container ({container}) cannot have swap of its own")
    swaps = host.check_output("swapon --show=SIZE --bytes --noheadings").split()
    assert sum(map(int, swaps)) >= (settings["swap_mb"] - 1) * 2**20
