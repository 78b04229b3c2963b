"""A server's disk is kept under a name, and others begin with it."""

import os
from collections.abc import Iterator

import pytest

from sandbox.state import SNAPSHOTS
from tests.sandbox.commands import on, record, sandbox, up
from tests.servers import CHECKOUT

FIRST = f"selftest-s-{CHECKOUT}"
COPY = f"selftest-c-{CHECKOUT}"
SNAPSHOT = f"selftest-{CHECKOUT}"

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(os.geteuid() != 0, reason="the sandbox needs root on this machine"),
]

# All that a layer can say of the image below: changed, removed, made anew, with its rights.
WRITTEN = """
echo changed > /etc/issue && rm /etc/issue.net
rm -r /etc/skel && mkdir /etc/skel && echo own > /etc/skel/own
mkdir -m 700 /root/kept && echo secret > /root/kept/file
chown 7:8 /root/kept/file && chmod 640 /root/kept/file
cat > /etc/systemd/system/witness.service << END
[Service]
ExecStart=sleep infinity
ExecStop=touch /root/stopped
END
systemctl start witness
"""
READ = """
cat /etc/issue; ls /etc/issue.net 2>/dev/null; ls -A /etc/skel
stat -c '%a %u %g' /root/kept/file; ls /root/stopped
"""
KEPT = ["changed", "own", "640 7 8", "/root/stopped"]
IDENTITY = "hostname; cat /etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub /root/.ssh/authorized_keys"


@pytest.fixture(scope="module")
def first() -> Iterator[str]:
    """A server that was kept as the snapshot, and runs again."""
    sandbox("down", "--name", FIRST)
    up(FIRST, "--ram", "1024")
    on(FIRST, WRITTEN)
    done = sandbox("snapshot", "--name", FIRST, "--image", SNAPSHOT)
    assert done.returncode == 0, done.stderr
    yield FIRST
    sandbox("down", "--name", FIRST)
    sandbox("forget", "--image", SNAPSHOT)


@pytest.fixture
def copy(first: str) -> Iterator[str]:
    assert first != COPY
    sandbox("down", "--name", COPY)
    up(COPY, "--from", SNAPSHOT)
    yield COPY
    sandbox("down", "--name", COPY)


def test_a_copy_has_what_was_kept_and_an_identity_of_its_own(first: str, copy: str) -> None:
    assert on(copy, READ).split("\n") == KEPT
    assert on(copy, "systemctl is-system-running") == "running"
    assert not {*on(first, IDENTITY).split("\n")} & {*on(copy, IDENTITY).split("\n")}
    assert record(first)["address"] != record(copy)["address"]
    assert record(copy)["ram_mb"] == 1024


def test_the_server_runs_on_as_it_was(first: str) -> None:
    assert record(first)["state"] == "running"
    assert on(first, READ).split("\n") == KEPT


def test_what_is_tried_on_a_copy_is_undone_by_throwing_it_away(copy: str) -> None:
    on(copy, "rm /etc/issue")
    sandbox("down", "--name", copy)
    up(copy, "--from", SNAPSHOT)
    assert on(copy, "cat /etc/issue") == "changed"


def test_a_copy_that_is_up_is_left_alone_by_a_second_up(copy: str) -> None:
    on(copy, "touch /root/own")
    assert "already running" in sandbox("up", "--name", copy, "--from", SNAPSHOT).stderr
    on(copy, "test -e /root/own")


def test_a_server_that_is_there_does_not_become_a_copy(first: str) -> None:
    done = sandbox("up", "--name", first, "--from", SNAPSHOT)
    assert done.returncode == 1
    assert f"down --name {first}" in done.stderr


def test_snapshots_are_listed_and_only_root_may_read_them(first: str) -> None:
    assert any(line.split()[:2] == [SNAPSHOT, first] for line in sandbox("status").stdout.splitlines())
    assert SNAPSHOTS.stat().st_mode & 0o077 == 0


def test_a_forgotten_snapshot_is_gone_and_its_copies_stay(first: str) -> None:
    sandbox("snapshot", "--name", first, "--image", f"{SNAPSHOT}-b")
    sandbox("down", "--name", COPY)
    up(COPY, "--from", f"{SNAPSHOT}-b")
    assert sandbox("forget", "--image", f"{SNAPSHOT}-b").stdout == f"removed the snapshot {SNAPSHOT}-b\n"
    assert not [place for place in SNAPSHOTS.iterdir() if f"{SNAPSHOT}-b" in place.name]
    assert on(COPY, READ).split("\n") == KEPT
    sandbox("down", "--name", COPY)
