"""Bring servers up and take them down; both repair what they find."""

import shutil
import time
from ipaddress import IPv4Address

from sandbox import cgroups, disk, host, hosted, image, lxcfs, machine, network, snapshots, state
from sandbox.errors import SandboxError
from sandbox.progress import say, step
from sandbox.state import Server

VCPUS = 2
LEAST_RAM_MB = 512
USUAL_RAM_MB = 2048


def up(name: str, ram_mb: int | None = None, snapshot: str = "", like: str = "") -> Server:
    """Start the server, a new one bare, from the snapshot, or `like` a hosted one: it answers by ssh."""
    state.check_name(name)
    host.require_root()
    host.require_debian()
    with state.exclusive():
        server = state.load(name)
        state.check_checkout(server)
        check_beginning(server, snapshot, like)
        ram_mb = usual_ram(server, snapshot) if ram_mb is None else ram_mb
        check_ram(ram_mb)
        if server and server.ready and server.ram_mb != ram_mb:
            raise SandboxError(
                f"The server {name} has {server.ram_mb} MB, not {ram_mb}: "
                f"run `python3 -m sandbox down --name {name}` first, or choose another --name."
            )
        if server and server.state == "running":
            prepare_shared()
            machine.wait_until_up(server)
            hosted.ensure(server)
            say(f"{name} is already running at {server.address}")
            return server
        host.require_disk()
        host.ensure_packages()
        newest = image.ensure()
        prepare_shared()
        wanted = (ram_mb, snapshot, like)
        begun = server and (server.ram_mb, server.snapshot, server.like) == wanted
        if not (server and begun and server.state == "starting"):
            clear(name)
            if not (server and server.ready):
                base = snapshots.load(snapshot).image if snapshot else newest.name
                server = plan(name, ram_mb, image=base, snapshot=snapshot, like=like)
            start(server)
        with step(f"{name} is up at {server.address}, systemd is running"):
            machine.wait_until_up(server)
        hosted.ensure(server)
        return server


def check_beginning(server: Server | None, snapshot: str, like: str) -> None:
    """Refuse a server that began as something else, and a snapshot that does not exist."""
    if snapshot and like:
        raise SandboxError("A server is created from a snapshot or like another one, not both.")
    if like and server and server.ready and server.like != like:
        raise SandboxError(
            f"The server {server.name} exists and is not like a {like} one: "
            f"run `python3 -m sandbox down --name {server.name}` first, or choose another --name."
        )
    if snapshot:
        snapshots.load(snapshot)
    if snapshot and server and server.ready and server.snapshot != snapshot:
        raise SandboxError(
            f"The server {server.name} exists and was not created from the snapshot {snapshot}: "
            f"run `python3 -m sandbox down --name {server.name}` first, or choose another --name."
        )


def usual_ram(server: Server | None, snapshot: str) -> int:
    """Return the default memory in MB: the server's, the snapshot's, or the usual size."""
    if server and server.ready:
        return server.ram_mb
    return snapshots.load(snapshot).ram_mb if snapshot else USUAL_RAM_MB


def check_ram(ram_mb: int) -> None:
    """Refuse a size that is impossible on this machine."""
    most = host.memory_mb()
    if not LEAST_RAM_MB <= ram_mb <= most:
        raise SandboxError(
            f"--ram {ram_mb} does not fit: choose {LEAST_RAM_MB} MB or more, up to this machine's {most} MB."
        )


def prepare_shared() -> None:
    """Set up what all servers share: NAT, and lxcfs, which is restored for running servers if it died."""
    network.ensure_shared()
    lxcfs.ensure()
    for server in state.all_servers():
        if server.state == "running":
            machine.repair_view(server)


def start(server: Server) -> None:
    """Boot the server: with its own disk if it has been up before, otherwise with a fresh one."""
    if server.ready:
        with step(f"existing disk of {server.name} mounted"):
            disk.mount(server)
    else:
        state.save(server)
        disk.remove(server.name)
        if server.snapshot:
            snapshots.lay(server)
        with step(f"fresh disk created from {server.image}"):
            disk.make(server)
    with step(f"network {server.address}"):
        network.create(server.name, server.host_address, server.address)
    turn = int(IPv4Address(server.address)) // 4
    machine.boot(server, cgroups.processors(server.vcpus, turn))


def plan(name: str, ram_mb: int, *, image: str, snapshot: str, like: str) -> Server:
    """Return a record with an unused address."""
    taken = [IPv4Address(other.address) for other in state.all_servers() if other.name != name]
    link = network.allocate(name, taken, network.host_routes())
    host_address, address = network.addresses(link)
    home = state.directory(name)
    return Server(
        name=name,
        address=address,
        host_address=host_address,
        netns=network.namespace_name(name),
        ssh_key=str(home / "ssh_key"),
        known_hosts=str(home / "known_hosts"),
        ssh_user="root",
        ram_mb=ram_mb,
        vcpus=VCPUS,
        pid=0,
        pid_start=0,
        created=time.time(),
        image=image,
        ready=False,
        snapshot=snapshot,
        like=like,
        checkout=str(state.CHECKOUT),
    )


def take_snapshot(name: str, snapshot: str) -> None:
    """Save the server's disk as the snapshot; it is powered off for that, and restarted if it was running."""
    state.check_name(name)
    state.check_name(snapshot)
    host.require_root()
    with state.exclusive():
        server = state.load(name)
        if server is None or not server.ready:
            raise SandboxError(f"There is no server {name} to save: `python3 -m sandbox status` lists them.")
        state.check_checkout(server)
        if server.like:
            raise SandboxError(f"The server {name} is like a {server.like} one; only bare ones can be saved.")
        runs = server.state == "running"
        if runs:
            with step(f"{name} is powered off, its services stopped cleanly"):
                machine.power_off(server)
        clear(name)
        with step(f"snapshot {snapshot} of {name}"):
            snapshots.keep(server, snapshot)
        if runs:
            prepare_shared()
            start(server)
            with step(f"{name} is up again"):
                machine.wait_until_up(server)


def clear(name: str) -> None:
    """Remove every process, cgroup, mount and network of the server; its files stay."""
    if server := state.load(name):
        server.process.kill()
    cgroups.remove(name)
    machine.clear_runtime(name)
    disk.detach(name)
    network.remove(name)


def down(name: str) -> bool:
    """Remove the server, and shared parts if it was the last; false if there was nothing."""
    state.check_name(name)
    host.require_root()
    with state.exclusive():
        found = name in known_names()
        state.check_checkout(state.load(name))
        remove(name)
        if not known_names():
            remove_shared()
        return found


def down_all() -> list[str]:
    """Remove every server; return their names."""
    host.require_root()
    with state.exclusive():
        names = sorted(known_names())
        for name in names:
            remove(name)
        remove_shared()
        return names


def remove(name: str) -> None:
    """Remove one server; the packages it fetched are kept for others."""
    disk.keep_packages(name)
    clear(name)
    # Without its record, a half-removed disk cannot be mistaken for a bootable one.
    state.forget(name)
    if state.directory(name).exists():
        shutil.rmtree(state.directory(name))


def remove_shared() -> None:
    """Remove what only a host with servers needs."""
    lxcfs.remove_shared()
    network.remove_shared()
    host.forget_own_policy()


def known_names() -> set[str]:
    """Return every server that has left any traces."""
    return {path.name for path in state.SERVERS.glob("*")} | network.known_names() | cgroups.known_names()
