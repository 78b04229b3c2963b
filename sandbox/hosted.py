"""A server like a hosted one: cloud-init has run, and ssh is for the provider's user on another port."""

from pathlib import Path

from sandbox import machine, ssh
from sandbox.errors import SandboxError
from sandbox.progress import step
from sandbox.shell import last_line
from sandbox.state import Server, save

SSH_USER = "debian"
SSH_PORT = 2222
USER_DATA = Path(__file__).parent / "hosted_image" / "user-data"

# cloud-init itself does it at the next boot, as at a provider.
_PREPARE = """
set -e
export DEBIAN_FRONTEND=noninteractive
apt-get -q update
apt-get -q install --yes --no-install-recommends cloud-init nftables sudo
echo 'datasource_list: [NoCloud]' > /etc/cloud/cloud.cfg.d/90-datasource.cfg
echo 'network: {config: disabled}' > /etc/cloud/cloud.cfg.d/91-network.cfg
mkdir -p /var/lib/cloud/seed/nocloud
echo "instance-id: $(cat /etc/machine-id)" > /var/lib/cloud/seed/nocloud/meta-data
cat > /var/lib/cloud/seed/nocloud/user-data
"""


def ensure(server: Server) -> None:
    """Turn a bare server that shall be one into one; its record then says how to reach it."""
    if server.like != "hosted" or server.ssh_port == SSH_PORT:
        return
    with step(f"{server.name} looks like a hosted server"):
        key = Path(server.ssh_key).with_suffix(".pub").read_text().strip()
        text = USER_DATA.read_text().replace("SSH_KEY", key)
        done = ssh.ask(server, _PREPARE, text_in=text, timeout=600)
        if done.returncode:
            raise SandboxError(
                f"The server {server.name} cannot become a hosted one: {last_line(done.stderr)}"
            )
        ssh.ask(server, "systemctl reboot")
        server.ssh_user, server.ssh_port = SSH_USER, SSH_PORT
        kind, public = Path(server.known_hosts).read_text().split()[1:3]
        Path(server.known_hosts).write_text(f"[{server.address}]:{SSH_PORT} {kind} {public}\n")
        save(server)
        machine.wait_until_up(server)
