"""What a user can do wrong ends with one sentence and exit code 1, before anything changes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.state import HOME

ROOT = Path(__file__).parents[2]
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can show the command another machine")


def sandbox(*words: str, before: str = "true") -> subprocess.CompletedProcess[str]:
    """The finished command on a machine that `before` has changed, for this command alone."""
    command = [sys.executable, "-m", "sandbox", *words]
    if before != "true":
        command = ["unshare", "--mount", "sh", "-ec", f'{before}; exec "$@"', "sh", *command]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence."""
    assert done.returncode == 1, done
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].endswith(".")
    return lines[0]


@pytest.mark.parametrize("command", ["up", "down", "ssh"])
def test_an_unfit_name(command: str) -> None:
    assert "'Not_a_name'" in refused(sandbox(command, "--name", "Not_a_name"))


@needs_root
@pytest.mark.parametrize("ram", ["0", "511", "99999999"])
def test_memory_that_no_server_can_have(ram: str) -> None:
    assert f"--ram {ram}" in refused(sandbox("up", "--name", "selftest-none", "--ram", ram))


@needs_root
def test_ssh_to_a_server_that_is_not_there() -> None:
    assert "sandbox up --name selftest-none" in refused(sandbox("ssh", "--name", "selftest-none"))


@needs_root
def test_a_snapshot_that_is_not_there() -> None:
    said = refused(sandbox("up", "--name", "selftest-none", "--from", "selftest-none"))
    assert said.startswith("There is no snapshot selftest-none: ")


@needs_root
def test_a_snapshot_of_a_server_that_is_not_there() -> None:
    said = refused(sandbox("snapshot", "--name", "selftest-none", "--image", "selftest-none"))
    assert said.startswith("There is no server selftest-none to save")


@needs_root
@pytest.mark.parametrize("command", [["up"], ["ssh"], ["down"], ["down", "--all"]], ids=" ".join)
def test_somebody_who_is_not_root(command: list[str]) -> None:
    done = subprocess.run(
        [
            "setpriv",
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            "/usr/bin/python3",
            "-m",
            "sandbox",
            *command,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "sudo" in refused(done)


@needs_root
@pytest.mark.parametrize(
    ("os_release", "named"),
    [
        ('ID=debian\nVERSION_ID="11"\nPRETTY_NAME="Debian GNU/Linux 11 (bullseye)"\n', "bullseye"),
        ('ID=ubuntu\nVERSION_ID="12"\nPRETTY_NAME="Ubuntu 12"\n', "Ubuntu 12"),
        ("", "unknown"),
    ],
)
def test_another_system_than_debian_12_or_13(tmp_path: Path, os_release: str, named: str) -> None:
    (tmp_path / "os-release").write_text(os_release)
    before = f"mount --bind {tmp_path / 'os-release'} /etc/os-release"
    assert named in refused(sandbox("up", "--name", "selftest-none", before=before))


@needs_root
def test_a_full_disk() -> None:
    before = f"mount -t tmpfs -o size=100m none {HOME.parent}"
    assert "0.1 GB are free" in refused(sandbox("up", "--name", "selftest-none", before=before))


@needs_root
def test_a_resolver_that_no_server_can_reach(tmp_path: Path) -> None:
    (tmp_path / "resolv.conf").write_text("nameserver 127.0.0.53\n")
    hide = "if [ -d /run/systemd/resolve ]; then mount -t tmpfs none /run/systemd/resolve; fi"
    code = "from sandbox import network; print(network.nameservers())"
    done = subprocess.run(
        [
            *("unshare", "--mount", "sh", "-ec"),
            f'mount --bind {tmp_path / "resolv.conf"} /etc/resolv.conf; {hide}; exec "$@"',
            *("sh", sys.executable, "-c", code),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "127.0.0.1" in done.stderr.splitlines()[-1]
