"""pyinfra and all other tools reach the same server: an alias and a jump host in ssh's configuration."""

import subprocess
import sys
from pathlib import Path

import pytest

from sandbox import state
from tests.conftest import NewServer
from tests.servers import ROOT, checked

pytestmark = pytest.mark.server

CONFIG = """
Host vps
    HostName 127.0.0.1
    User root
    ProxyJump bastion
Host bastion
    HostName {address}
    User root
Host *
    IdentityFile {key}
    IdentitiesOnly yes
    UserKnownHostsFile {known_hosts}
    StrictHostKeyChecking accept-new
    ControlPath none
"""
INVENTORY = """
vps = [("vps", {{"ssh_config_file": "{config}", "ssh_known_hosts_file": "{known_hosts}"}})]
"""


def test_an_alias_behind_a_jump_host(bare_server: NewServer, tmp_path: Path) -> None:
    server = state.load(bare_server("aliased").name)
    assert server
    config, inventory, known_hosts = (tmp_path / name for name in ("config", "vps.py", "known_hosts"))
    known_hosts.write_text("")
    config.write_text(CONFIG.format(address=server.address, key=server.ssh_key, known_hosts=known_hosts))
    inventory.write_text(INVENTORY.format(config=config, known_hosts=known_hosts))
    by_pyinfra = [sys.executable, "-m", "pyinfra", "-y", str(inventory), "exec", "--", "hostname"]
    write = (
        "import sys; from pathlib import Path; from inventories.target import read_host, write_ssh_config;"
        "write_ssh_config(Path(sys.argv[2]), *read_host(sys.argv[1]))"
    )
    done = _run(*by_pyinfra)
    assert server.name in done.stdout + done.stderr
    _run(sys.executable, "-c", write, str(inventory), str(tmp_path))
    by_ssh = ["ssh", "-F", str(tmp_path / "ssh_config"), "server", "hostname; echo $SSH_CONNECTION"]
    name, connection = _run(*by_ssh).stdout.splitlines()
    assert name == server.name
    assert connection.startswith("127.0.0.1"), "by way of the jump host"


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return checked(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False))
