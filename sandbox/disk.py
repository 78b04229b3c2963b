"""A server's disk: a writable layer over the image, its identity, and the package cache."""

import os
import shutil
import uuid
from pathlib import Path

from sandbox.mounts import mounted, unmount
from sandbox.network import nameservers
from sandbox.shell import run
from sandbox.state import APT_ARCHIVES, IMAGES, Server, directory

ARCHIVES = "var/cache/apt/archives"


def root(name: str) -> Path:
    """Return where the server's whole disk is mounted."""
    return directory(name) / "root"


def upper(name: str) -> Path:
    """Return the layer with the server's writes since it was created."""
    return directory(name) / "upper"


def make(server: Server) -> None:
    """Mount a disk with the contents of its layer, if any, and a unique identity."""
    for layer in ("upper", "work", "root"):
        (directory(server.name) / layer).mkdir(parents=True, exist_ok=True)
    share_packages(server.name)
    mount(server)
    give_identity(server)


def mount(server: Server) -> None:
    """Mount the server's disk as it was left."""
    if mounted(root(server.name)):
        return
    home = directory(server.name)
    options = f"lowerdir={IMAGES / server.image},upperdir={home / 'upper'},workdir={home / 'work'}"
    run("mount", "-t", "overlay", "-o", options, f"bantam-{server.name}", str(home / "root"))


def detach(name: str) -> None:
    """Unmount the disk and keep the server's writes."""
    unmount(root(name))


def remove(name: str) -> None:
    """Unmount the disk and delete its contents."""
    detach(name)
    for layer in ("upper", "work", "root"):
        path = directory(name) / layer
        if path.exists():
            shutil.rmtree(path)


def give_identity(server: Server) -> None:
    """Give it its own name, resolver and ssh keys; its host key goes into our known_hosts."""
    top = root(server.name)
    (top / "etc/hostname").write_text(f"{server.name}\n")
    (top / "etc/hosts").write_text(
        f"127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n{server.address} {server.name}\n"
    )
    (top / "etc/resolv.conf").write_text(nameservers())
    (top / "etc/machine-id").write_text(f"{uuid.uuid4().hex}\n")

    host_key = top / "etc/ssh/ssh_host_ed25519_key"
    new_key(host_key, f"root@{server.name}")
    kind, public = host_key.with_suffix(".pub").read_text().split()[:2]
    Path(server.known_hosts).write_text(f"{server.address} {kind} {public}\n")

    client_key = Path(server.ssh_key)
    new_key(client_key, "bantam-sandbox")
    authorized = top / "root/.ssh/authorized_keys"
    authorized.parent.mkdir(mode=0o700, exist_ok=True)
    authorized.write_text(client_key.with_suffix(".pub").read_text())
    authorized.chmod(0o600)


def new_key(path: Path, comment: str) -> None:
    """Write a fresh key pair."""
    path.unlink(missing_ok=True)
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", str(path))


def share_packages(name: str) -> None:
    """Fill the server's package cache with packages of all servers: links, which take no time or space."""
    APT_ARCHIVES.mkdir(parents=True, exist_ok=True)
    for other in directory(name).parent.iterdir():
        keep_packages(other.name)
    archives = upper(name) / ARCHIVES
    archives.mkdir(parents=True, exist_ok=True)
    for package in APT_ARCHIVES.glob("*.deb"):
        os.link(package, archives / package.name)


def keep_packages(name: str) -> None:
    """Keep this server's completely fetched packages for later servers."""
    APT_ARCHIVES.mkdir(parents=True, exist_ok=True)
    for package in (upper(name) / ARCHIVES).glob("*.deb"):
        kept = APT_ARCHIVES / package.name
        if not kept.exists() and not package.is_symlink() and package.is_file():
            os.link(package, kept)
