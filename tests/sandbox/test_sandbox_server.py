"""A real server, and what killed commands leave of one."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import cgroups, lxcfs, network
from sandbox.process import Process
from sandbox.state import IMAGES, SERVERS
from tests.sandbox.commands import on, record, sandbox, up
from tests.servers import CHECKOUT, ROOT

NAME = f"selftest-{CHECKOUT}"
OTHER = f"selftest-b-{CHECKOUT}"
KILLED = f"selftest-k-{CHECKOUT}"

pytestmark = [
    pytest.mark.server,
    pytest.mark.alone,
    pytest.mark.skipif(os.geteuid() != 0, reason="the sandbox needs root on this machine"),
]

# Ends its own process by SIGKILL just before the command starts its n-th helper.
KILLED_AT_HELPER = """
import os, runpy, signal, sys
left = int(sys.argv.pop(1))
def count(event, details):
    global left
    if event == "subprocess.Popen":
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(count)
sys.argv[0] = "sandbox"
runpy.run_module("sandbox", run_name="__main__")
"""


def traces(name: str) -> list[str]:
    """What this machine still has of a server."""
    found = [str(tree.group(name)) for tree in cgroups.hierarchies() if tree.group(name).exists()]
    found += [line for line in Path("/proc/self/mountinfo").read_text().splitlines() if f"/{name}/" in line]
    found += [path for path in (f"/run/netns/bantam-{name}", str(SERVERS / name)) if os.path.lexists(path)]
    found += [str(place) for place in Path("/run/systemd/nspawn").glob(f"*/{name}")]
    found += [str(link) for link in Path("/sys/class/net").glob(network.link_name(name))]
    return found


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The server's name; it has the default memory."""
    sandbox("down", "--name", NAME)
    up(NAME)
    yield NAME
    sandbox("down", "--name", NAME)


@pytest.fixture
def other() -> Iterator[str]:
    """The name of a second, smaller server."""
    up(OTHER, "--ram", "1024")
    yield OTHER
    sandbox("down", "--name", OTHER)


@pytest.fixture
def killed() -> Iterator[str]:
    """A name under which nothing is left before and after."""
    sandbox("down", "--name", KILLED)
    yield KILLED
    sandbox("down", "--name", KILLED)


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("free -m | awk '/Mem:/ {print $2}'", "2048"),
        ("free -m | awk '/Swap:/ {print $2}'", "0"),
        ("nproc", str(min(2, len(os.sched_getaffinity(0))))),
        ("getconf _NPROCESSORS_ONLN", str(min(2, len(os.sched_getaffinity(0))))),
        ("grep -c ^processor /proc/cpuinfo", str(min(2, len(os.sched_getaffinity(0))))),
        ("systemctl is-system-running", "running"),
        ("systemctl --failed --no-legend", ""),
        ("ps -p 1 -o comm=", "systemd"),
        ("hostname", NAME),
        (". /etc/os-release; echo $VERSION_CODENAME", "trixie"),
        ("journalctl --no-pager -q -u ssh | grep -c 'Server listening on 0.0.0.0'", "1"),
        ("df --output=size -BM /dev/shm | tail -1 | tr -d ' '", "1024M"),
    ],
)
def test_the_server_is_a_whole_machine_of_its_size(server: str, command: str, answer: str) -> None:
    assert on(server, command) == answer


@pytest.mark.parametrize(
    ("options", "command", "answer"),
    [
        ("-p LoadCredential=x:/etc/hostname -p DynamicUser=yes", "cat $CREDENTIALS_DIRECTORY/x", NAME),
        ("-p ProtectSystem=strict", "touch /etc/x 2>/dev/null || echo no", "no"),
        ("-p ProtectHome=yes", "ls -A /root 2>/dev/null", ""),
        ("-p PrivateNetwork=yes", "grep -c : /proc/net/dev", "1"),
        (
            "-p PrivateTmp=yes -p PrivateDevices=yes -p ProtectProc=invisible -p PrivateUsers=yes",
            "id -u",
            "0",
        ),
        (
            "-p SystemCallFilter=~@mount -p SystemCallErrorNumber=EPERM",
            "mount -t tmpfs x /mnt || echo no",
            "no",
        ),
        ("-p RestrictAddressFamilies=AF_UNIX", "ip link 2>/dev/null || echo no", "no"),
        ("-p NoNewPrivileges=yes -p RestrictNamespaces=yes", "unshare -m true 2>/dev/null || echo no", "no"),
    ],
)
def test_systemd_can_lock_a_service_in(server: str, options: str, command: str, answer: str) -> None:
    assert on(server, f"systemd-run --wait --pipe -q {options} sh -c '{command} 2>/dev/null || :'") == answer


def test_memory_is_a_real_limit_that_leaves_the_server_alive(server: str) -> None:
    hog = "hog = [bytearray(2**26) for _ in range(64)]"
    assert on(server, f"python3 -c '{hog}' 2>/dev/null; echo $?") == "137"
    assert on(server, "systemctl is-system-running") == "running"


def test_packages_come_from_all_three_suites_and_a_firewall_works(server: str) -> None:
    suites = on(
        server, "apt-get update -q >/dev/null && apt-get indextargets --format '$(RELEASE)' | sort -u"
    )
    assert suites.split() == ["trixie", "trixie-security", "trixie-updates"]
    on(server, "DEBIAN_FRONTEND=noninteractive apt-get install -qy nftables >/dev/null 2>&1")
    assert "table inet own" in on(server, "nft add table inet own && nft list tables")


def test_no_other_user_of_the_host_reaches_the_disks(server: str) -> None:
    disk = SERVERS / server
    listed = subprocess.run(["runuser", "-u", "nobody", "--", "ls", disk], capture_output=True, check=False)

    assert disk.exists()
    assert listed.returncode != 0


def test_a_second_up_changes_nothing(server: str) -> None:
    before = record(server)
    done = sandbox("up", "--name", server)
    assert (done.returncode, done.stdout.strip()) == (0, before["address"])
    assert "already running" in done.stderr
    assert record(server) == before


def test_another_size_is_refused_with_the_way_out(server: str) -> None:
    done = sandbox("up", "--name", server, "--ram", "1024")
    assert done.returncode == 1
    assert f"down --name {server}" in done.stderr


def test_a_command_keeps_its_exit_code(server: str) -> None:
    assert sandbox("ssh", "--name", server, "--", "exit 7").returncode == 7


def test_two_servers_are_strangers(server: str, other: str) -> None:
    first, second = record(server), record(other)
    assert on(other, "free -m | awk '/Mem:/ {print $2}'") == "1024"
    assert first["address"] != second["address"]
    assert (
        Path(first["known_hosts"]).read_text().split()[2]
        != Path(second["known_hosts"]).read_text().split()[2]
    )
    assert on(server, "cat /etc/machine-id") != on(other, "cat /etc/machine-id")
    reach = f"timeout 2 bash -c '</dev/tcp/{first['address']}/22' 2>/dev/null && echo yes || echo no"
    assert on(other, reach) == "no"


def test_packages_fetched_by_one_are_there_for_the_next(server: str, other: str) -> None:
    on(server, "apt-get install -qyd --reinstall nftables >/dev/null 2>&1 || apt-get update -q >/dev/null")
    sandbox("down", "--name", other)
    up(other)
    assert "nftables" in on(other, "ls /var/cache/apt/archives")


def test_a_reboot_needs_no_help_and_keeps_disk_and_size(other: str) -> None:
    boot_id = "cat /proc/sys/kernel/random/boot_id"
    before = on(other, f"touch /root/kept; {boot_id}")
    sandbox("ssh", "--name", other, "--", "systemctl reboot")
    for _ in range(50):
        after = sandbox("ssh", "--name", other, "--", boot_id).stdout.strip()
        if after not in {"", before}:
            break
        time.sleep(0.1)
    assert after not in {"", before}
    assert on(other, "ls /root; free -m | awk '/Mem:/ {print $2}'").split() == ["kept", "1024"]


@pytest.mark.parametrize("end", ["poweroff", "power cut"])
def test_up_starts_a_stopped_server_with_its_disk(other: str, end: str) -> None:
    on(other, f"echo '{end}' > /root/kept; sync")
    if end == "power cut":
        Process(record(other)["pid"], record(other)["pid_start"]).kill()
    else:
        sandbox("ssh", "--name", other, "--", "systemctl poweroff")
    for _ in range(100):
        if record(other)["state"] == "stopped":
            break
        time.sleep(0.1)
    assert record(other)["state"] == "stopped"
    up(other, "--ram", "1024")
    assert on(other, "cat /root/kept; free -m | awk '/Mem:/ {print $2}'").splitlines() == [end, "1024"]


@pytest.mark.parametrize("helper", range(1, 20, 2))
def test_up_after_a_killed_up(killed: str, helper: int) -> None:
    command = [sys.executable, "-c", KILLED_AT_HELPER, str(helper), "up", "--name", killed]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=120, check=False)
    assert done.returncode in {-signal.SIGKILL, 0}
    up(killed)
    assert on(killed, "systemctl is-system-running") == "running"


@pytest.mark.parametrize("helper", [5, 15, 18])
def test_down_after_a_killed_up_leaves_nothing(killed: str, helper: int) -> None:
    command = [sys.executable, "-c", KILLED_AT_HELPER, str(helper), "up", "--name", killed]
    subprocess.run(command, cwd=ROOT, capture_output=True, timeout=120, check=False)
    assert sandbox("down", "--name", killed).returncode == 0
    assert traces(killed) == []


def test_down_leaves_nothing_even_without_a_record(killed: str) -> None:
    up(killed)
    process = Process(record(killed)["pid"], record(killed)["pid_start"])
    (SERVERS / killed / "server.json").unlink()
    assert sandbox("down", "--name", killed).returncode == 0
    assert traces(killed) == []
    assert not process.alive()
    assert "there was no server" in sandbox("down", "--name", killed).stdout


def test_two_ups_at_once_agree(killed: str) -> None:
    command = [sys.executable, "-m", "sandbox", "up", "--name", killed]
    both = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) for _ in "ab"
    ]
    answers = {one.communicate(timeout=120)[0] for one in both}
    assert answers == {f"{record(killed)['address']}\n".encode()}


def test_a_killed_image_build_is_forgotten(killed: str) -> None:
    code = (
        "from sandbox import image, state\n"
        "image.PACKAGES += ('tzdata',)\n"
        "with state.exclusive():\n"
        "    image.ensure()\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.DEVNULL) as build:
        for _ in range(100):
            if list(IMAGES.glob("*.building/root/*")):
                break
            time.sleep(0.1)
        build.kill()
    up(killed)
    assert not list(IMAGES.glob("*.building"))


def test_servers_get_their_memory_view_back_when_lxcfs_has_died(server: str) -> None:
    dead = json.loads(lxcfs.RECORD.read_text())
    Process(dead["pid"], dead["pid_start"]).kill()
    assert sandbox("ssh", "--name", server, "--", "cat /proc/meminfo").returncode != 0
    up(server)
    assert on(server, "free -m | awk '/Mem:/ {print $2}'") == "2048"


def test_the_last_down_removes_what_servers_share(server: str) -> None:
    assert sandbox("down", "--name", server).returncode == 0
    assert traces(server) == []
    alone = not json.loads(sandbox("status", "--json").stdout)
    tables = subprocess.run(["nft", "list", "tables"], capture_output=True, text=True, check=True).stdout
    assert (network.TABLE not in tables) == alone
    assert lxcfs.RECORD.exists() != alone
