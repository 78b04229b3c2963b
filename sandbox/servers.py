"""Bring servers up and take them down; both repair what they find."""

import shutil
import time
from ipaddress import IPv4Address

from sandbox import cgroups, disk, host, image, lxcfs, machine, network, state
from sandbox.errors import SandboxError
from sandbox.progress import say, step
from sandbox.state import Server

VCPUS = 2
LEAST_RAM_MB = 512


def up(name: str, ram_mb: int) -> Server:
    """Make the server run: ssh answers, and no unit has failed."""
    state.check_name(name)
    host.require_root()
    host.require_debian()
    check_ram(ram_mb)
    with state.exclusive():
        server = state.load(name)
        if server and server.ready and server.ram_mb != ram_mb:
            raise SandboxError(
                f"The server {name} has {server.ram_mb} MB, not {ram_mb}: "
                f"run `python3 -m sandbox down --name {name}` first, or choose another --name."
            )
        if server and server.state == "running":
            prepare_shared()
            machine.wait_until_up(server)
            say(f"{name} is already running at {server.address}")
            return server
        host.require_disk()
        host.ensure_packages()
        newest = image.ensure()
        prepare_shared()
        if not (server and server.state == "starting" and server.ram_mb == ram_mb):
            server = start(server, name, ram_mb, newest.name)
        with step(f"{name} is up at {server.address}, systemd is running"):
            machine.wait_until_up(server)
        return server


def check_ram(ram_mb: int) -> None:
    """Refuse a size that no server can have here."""
    most = host.memory_mb()
    if not LEAST_RAM_MB <= ram_mb <= most:
        raise SandboxError(
            f"--ram {ram_mb} does not fit: choose {LEAST_RAM_MB} MB or more, up to this machine's {most} MB."
        )


def prepare_shared() -> None:
    """Make what all servers use: the way out, and lxcfs, which running servers get back if it had died."""
    network.ensure_shared()
    lxcfs.ensure()
    for server in state.all_servers():
        if server.state == "running":
            machine.repair_view(server)


def start(server: Server | None, name: str, ram_mb: int, newest: str) -> Server:
    """Boot the server: with its own disk if it has been up before, else with a fresh one."""
    clear(name)
    if server and server.ready:
        with step(f"disk of {name} as it was left"):
            disk.mount(server)
    else:
        server = plan(name, ram_mb, newest)
        state.save(server)
        with step(f"fresh disk from {server.image}"):
            disk.make(server)
    with step(f"network {server.address}"):
        network.create(name, server.host_address, server.address)
    turn = int(IPv4Address(server.address)) // 4
    machine.boot(server, cgroups.processors(server.vcpus, turn))
    return server


def plan(name: str, ram_mb: int, newest: str) -> Server:
    """Return a record with an address that nobody else has."""
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
        image=newest,
        ready=False,
    )


def clear(name: str) -> None:
    """Remove every process, cgroup, mount and network of the server; its files stay."""
    if server := state.load(name):
        server.process.kill()
    cgroups.remove(name)
    machine.clear_runtime(name)
    disk.detach(name)
    network.remove(name)


def down(name: str) -> bool:
    """Remove all of the server, and what servers share if it was the last; false if there was nothing."""
    state.check_name(name)
    host.require_root()
    with state.exclusive():
        found = name in known_names()
        remove(name)
        if not known_names():
            remove_shared()
        return found


def down_all() -> list[str]:
    """Remove all of every server; return their names."""
    host.require_root()
    with state.exclusive():
        names = sorted(known_names())
        for name in names:
            remove(name)
        remove_shared()
        return names


def remove(name: str) -> None:
    """Remove all of one server; the packages it fetched are kept for others."""
    disk.keep_packages(name)
    clear(name)
    # Without its record a disk that is half removed cannot be taken for one to boot again.
    state.forget(name)
    if state.directory(name).exists():
        shutil.rmtree(state.directory(name))


def remove_shared() -> None:
    """Remove what only a host with servers needs."""
    lxcfs.remove_shared()
    network.remove_shared()
    host.forget_own_policy()


def known_names() -> set[str]:
    """Return every server of which anything is left."""
    return {path.name for path in state.SERVERS.glob("*")} | network.known_names() | cgroups.known_names()
