"""Checks that this server can be deployed to, before anything changes."""

import json
from dataclasses import dataclass
from pathlib import Path

from pyinfra import host
from pyinfra.api import FactBase
from pyinfra.api.exceptions import DeployError

from deploy.operations.repository import READ_BACKUP_KEY
from deploy.secrets import BACKUP_KEY, DEPLOYED

DEBIAN_VERSION = "13"
# Of 3 GB, what a deploy and its first months put where; each may be a file system of its own.
NEEDED_MB = {"/var/lib": 2048, "/usr": 512, "/var/cache": 256, "/opt": 192, "/tmp": 64}  # noqa: S108

# Ports of the stack, and the program of ours that may already use them. PostgreSQL, PgBouncer and
# Redis listen on unix sockets only, so anything on their TCP ports is foreign.
PORT_OWNERS = {80: "nginx", 443: "nginx", 5432: None, 6432: None, 6379: None}


@dataclass(frozen=True, kw_only=True)
class Server:
    """
    What the deploy needs to know about a server: sizes in MB, whether it is a container, listeners.

    `free_mb` has the mount point of each directory and what is free there.
    """

    debian_version: str
    login_user: str
    is_root: bool
    has_key: bool
    ipv6: bool
    machine: str
    ram_mb: int
    cores: int
    disk_mb: int
    free_mb: dict[str, tuple[str, int]]
    container: bool
    root_login: str
    password_sha256: str | None
    backup_key_sha256: str | None
    listeners: dict[int, str]
    ssh_port: int | None
    socket_activated_ssh: bool
    has_sftp: bool
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
            f" df -BM --output=file,target,avail / {' '.join(NEEDED_MB)} 2>/dev/null |"
            " awk 'NR > 1 {print \"free=\" $1, $2, $3+0}';"
            " sshd=$($sudo sshd -T 2>/dev/null);"
            " echo root_login=$(echo \"$sshd\" | awk '/^permitrootlogin / {print $2}');"
            ' test -n "$sshd" && ! echo "$sshd" | grep -q \'^subsystem sftp \' && echo no_sftp=1;'
            f" $sudo test ! -e {DEPLOYED} || echo password_sha256=$($sudo cat {DEPLOYED} |"
            " tr -d '\\n' | sha256sum | cut -d' ' -f1);"
            f" $sudo test ! -s {BACKUP_KEY} || echo backup_key_sha256=$($sudo {READ_BACKUP_KEY} |"
            " tr -d '\\n' | sha256sum | cut -d' ' -f1);"
            " systemd-detect-virt --container --quiet && echo container=1;"
            ' $sudo ss -Hltnp 2>/dev/null | awk \'{print "listen=" $4 " " $6}\'; true'
        )

    def process(self, output: list[str]) -> Server:
        """The lines as a Server; a missing line means no."""
        printed = " ".join(output[: output.index("begin")]).strip() if "begin" in output else ""
        lines = [line.split("=", 1) for line in output if "=" in line]
        values = {key: value for key, value in lines if key not in {"listen", "free"}}
        free = [value.split() for key, value in lines if key == "free"]
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
            free_mb={path: (mount, int(mb)) for path, mount, mb in free},
            container="container" in values,
            # Root login never becomes weaker than it was.
            root_login=found if found in {"no", "forced-commands-only"} else "prohibit-password",
            password_sha256=values.get("password_sha256"),
            backup_key_sha256=values.get("backup_key_sha256"),
            ssh_port=int(values["ssh_port"]) if values.get("ssh_port") else None,
            socket_activated_ssh="ssh_socket" in values,
            has_sftp="no_sftp" not in values,
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
    if not server.has_sftp and host.data.get("ssh_file_transfer_protocol") != "scp":
        raise DeployError(
            f"{host.name}: sshd offers no sftp, by which files are uploaded: add `Subsystem sftp"
            " internal-sftp` to its configuration, or"
            ' `"ssh_file_transfer_protocol": "scp"` to the inventory.'
        )
    _refuse_small_file_systems(server, swap_mb=0 if server.container else swap_mb)
    return server


def _refuse_small_file_systems(server: Server, *, swap_mb: int) -> None:
    """DeployError for the first file system that has too little room for all that is on it."""
    needed: dict[str, int] = {}
    for path, mb in {"/": swap_mb, **NEEDED_MB}.items():
        mount, _ = server.free_mb.get(path, ("/", 0))
        needed[mount] = needed.get(mount, 0) + mb
    for mount, free in server.free_mb.values():
        if free < needed.get(mount, 0):
            raise DeployError(
                f"{host.name}: the file system {mount} has {free} MB free, {needed[mount]} MB are needed:"
                " make room."
            )


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
