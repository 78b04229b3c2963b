"""Checks that this server can be deployed to, before anything changes."""

import json
from dataclasses import dataclass
from pathlib import Path

from pyinfra import host
from pyinfra.api import FactBase
from pyinfra.api.exceptions import DeployError

from deploy.secrets import DEPLOYED

DEBIAN_VERSION = "13"
MIN_FREE_DISK_MB = 3072

# Ports of the stack, and the program of ours that may already use them. PostgreSQL, PgBouncer and
# Redis listen on unix sockets only, so anything on their TCP ports is foreign.
PORT_OWNERS = {80: "nginx", 443: "nginx", 5432: None, 6432: None, 6379: None}


@dataclass(frozen=True, kw_only=True)
class Server:
    """What the deploy needs to know about a server: sizes in MB, whether it is a container, listeners."""

    debian_version: str
    login_user: str
    is_root: bool
    has_key: bool
    ipv6: bool
    machine: str
    ram_mb: int
    cores: int
    disk_mb: int
    free_disk_mb: int
    container: bool
    root_login: str
    password_sha256: str | None
    listeners: dict[int, str]
    ssh_port: int | None
    socket_activated_ssh: bool
    printed: str

    @property
    def ssh_ports(self) -> list[int]:
        """The ports of sshd, which the firewall must leave open: among them the one of this connection."""
        listening = {port for port, program in self.listeners.items() if program == "sshd"}
        return sorted(listening | ({self.ssh_port} if self.ssh_port else set())) or [22]


class ServerFact(FactBase[Server]):
    """Reads everything in one round trip, without sudo, so that it can also report missing sudo."""

    def command(self) -> str:
        """Lines of `key=value`, `listen=ADDRESS:PORT PROGRAM`; the login shell may print before them."""
        return (
            "echo; echo begin; . /etc/os-release; echo version=$ID-$VERSION_ID;"
            " echo ssh_port=${SSH_CONNECTION##* };"
            " systemctl is-active --quiet ssh.socket && echo ssh_socket=1;"
            " echo machine=$(uname -m); echo login=$(id -un);"
            " test -s ~/.ssh/authorized_keys && echo key=1; test -e /proc/net/if_inet6 && echo ipv6=1;"
            " sudo=; [ $(id -u) = 0 ] || sudo='sudo -n'; $sudo true 2>/dev/null && echo root=1;"
            " awk '/^MemTotal/ {print \"ram_kb=\" $2}' /proc/meminfo; echo cores=$(nproc);"
            " df -BM --output=size /var/lib | awk 'END {print \"disk_mb=\" $1+0}';"
            " df -BM --output=avail /var/lib | awk 'END {print \"free_mb=\" $1+0}';"
            " echo root_login=$($sudo sshd -T 2>/dev/null | awk '/^permitrootlogin / {print $2}');"
            f" $sudo test ! -e {DEPLOYED} || echo password_sha256=$($sudo cat {DEPLOYED} |"
            " tr -d '\\n' | sha256sum | cut -d' ' -f1);"
            " systemd-detect-virt --container --quiet && echo container=1;"
            ' $sudo ss -Hltnp 2>/dev/null | awk \'{print "listen=" $4 " " $6}\'; true'
        )

    def process(self, output: list[str]) -> Server:
        """The lines as a Server; a missing line means no."""
        printed = " ".join(output[: output.index("begin")]).strip() if "begin" in output else ""
        lines = [line.split("=", 1) for line in output if "=" in line]
        values = {key: value for key, value in lines if key != "listen"}
        found = values.get("root_login", "")
        return Server(
            debian_version=values.get("version", "unknown"),
            machine=values.get("machine", "unknown"),
            login_user=values.get("login", "root"),
            is_root="root" in values,
            has_key="key" in values,
            ipv6="ipv6" in values,
            ram_mb=int(values.get("ram_kb", 0)) // 1024,
            cores=int(values.get("cores", 1)),
            disk_mb=int(values.get("disk_mb", 0)),
            free_disk_mb=int(values.get("free_mb", 0)),
            container="container" in values,
            # Root login never becomes weaker than it was.
            root_login=found if found in {"no", "forced-commands-only"} else "prohibit-password",
            password_sha256=values.get("password_sha256"),
            ssh_port=int(values["ssh_port"]) if values.get("ssh_port") else None,
            socket_activated_ssh="ssh_socket" in values,
            printed=printed,
            listeners=dict(_listener(value) for key, value in lines if key == "listen"),
        )


def _listener(line: str) -> tuple[int, str]:
    """`0.0.0.0:80 users:(("nginx",pid=1,fd=5))` as (80, "nginx")."""
    address, _, users = line.partition(" ")
    program = users.split('"')[1] if '"' in users else "another program"
    return int(address.rsplit(":", 1)[1]), program


def preflight(*, swap_mb: int) -> Server:
    """The server's facts; raises DeployError with one sentence if it cannot be deployed to."""
    server = host.get_fact(ServerFact, _sudo=False)
    if server.debian_version != f"debian-{DEBIAN_VERSION}":
        raise DeployError(
            f"{host.name} runs {server.debian_version}, but Bantam needs debian-{DEBIAN_VERSION}."
        )
    if server.printed:
        raise DeployError(
            f"{host.name}: the login shell of {server.login_user} prints {server.printed[:60]!r}, which"
            " would be taken for results: let its start-up files print only to a terminal."
        )
    if server.socket_activated_ssh:
        raise DeployError(
            f"{host.name}: ssh.socket starts sshd for each connection: put its port into sshd_config and"
            " let sshd run by itself (`systemctl disable --now ssh.socket; systemctl enable --now ssh`)."
        )
    if not server.is_root:
        raise DeployError(
            f"{host.name}: the ssh user is neither root nor allowed to sudo without a password:"
            " set `ssh_user` in the inventory."
        )
    if not server.has_key:
        raise DeployError(
            f"{host.name}: {server.login_user} has no ~/.ssh/authorized_keys, and the deploy disables"
            " password logins: install a key with ssh-copy-id."
        )
    needed_mb = MIN_FREE_DISK_MB + (0 if server.container else swap_mb)
    if server.free_disk_mb < needed_mb:
        raise DeployError(
            f"{host.name}: /var/lib has {server.free_disk_mb} MB free, {needed_mb} MB are needed: make room."
        )
    return server


def refuse_taken_ports(server: Server) -> None:
    """DeployError with one sentence if another program listens on a port of the stack."""
    for port, owner in PORT_OWNERS.items():
        holder = server.listeners.get(port)
        if holder and holder != owner:
            raise DeployError(
                f"{host.name}: port {port} is taken by {holder}: stop it, Bantam needs that port."
            )


def record_host(server: Server, *, environment: str) -> None:
    """build/ENVIRONMENT/host.json has the machine of a run, for the evidence."""
    path = Path("build") / environment / "host.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    facts = {"ram_mb": server.ram_mb, "vcpus": server.cores, "kind": environment.partition("-")[0]}
    path.write_text(json.dumps(facts) + "\n")
