"""Addresses, network namespaces, and the one nftables table that lets servers out and nobody in."""

import json
import zlib
from collections.abc import Collection
from ipaddress import IPv4Address, IPv4Network, collapse_addresses
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.shell import attempt, run
from sandbox.state import VOLATILE

# Each server has its own network of two addresses: its own and the host's side of the veth pair.
POOL = IPv4Network("10.213.64.0/20")
LINKS = list(POOL.subnets(new_prefix=30))
LINK_PREFIX = "bsb-"
NAMESPACE_PREFIX = "bantam-"
TABLE = "bantam_sandbox"

FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")
FORWARDING_BEFORE = VOLATILE / "ip_forward"

RULES = f"""
table inet {TABLE} {{
}}
delete table inet {TABLE}
table inet {TABLE} {{
    chain forward {{
        type filter hook forward priority filter; policy accept;
        iifname "{LINK_PREFIX}*" oifname "{LINK_PREFIX}*" drop
        oifname "{LINK_PREFIX}*" ct state established,related accept
        oifname "{LINK_PREFIX}*" drop
    }}
    chain postrouting {{
        type nat hook postrouting priority srcnat; policy accept;
        ip saddr {POOL} oifname != "{LINK_PREFIX}*" masquerade
    }}
}}
"""


def namespace_name(name: str) -> str:
    """Return the name that `ip netns` shows."""
    return NAMESPACE_PREFIX + name


def link_name(name: str) -> str:
    """Return the host's end of the veth pair; interface names have at most 15 characters."""
    return f"{LINK_PREFIX}{zlib.crc32(name.encode()):08x}"


def allocate(name: str, taken: Collection[IPv4Address], routes: Collection[IPv4Network]) -> IPv4Network:
    """Choose a link: the same for a name as long as no other server or route of the host has it."""
    first = zlib.crc32(name.encode()) % len(LINKS)
    for link in LINKS[first:] + LINKS[:first]:
        if not any(address in link for address in taken) and not any(
            link.overlaps(route) for route in routes
        ):
            return link
    raise SandboxError(f"No network of {POOL} is free on this machine: take a server down or remove a route.")


def addresses(link: IPv4Network) -> tuple[str, str]:
    """Return the host's and the server's address on a link."""
    host, server = link.hosts()
    return str(host), str(server)


def host_routes() -> list[IPv4Network]:
    """Return this machine's routes, except the default route and those to our own servers."""
    routes = json.loads(run("ip", "-json", "-4", "route", "show", "table", "all"))
    return list(
        collapse_addresses(
            IPv4Network(route["dst"])
            for route in routes
            if route["dst"] != "default" and not route.get("dev", "").startswith(LINK_PREFIX)
        )
    )


def ensure_shared() -> None:
    """Let servers reach the outside, and nobody but this host reach a server."""
    if FORWARDING.read_text().strip() != "1":
        VOLATILE.mkdir(parents=True, exist_ok=True)
        FORWARDING_BEFORE.write_text(FORWARDING.read_text())
        FORWARDING.write_text("1")
    run("nft", "-f", "-", text_in=RULES)


def remove_shared() -> None:
    """Remove the table and restore forwarding."""
    attempt("nft", "delete", "table", "inet", TABLE)
    if FORWARDING_BEFORE.exists():
        FORWARDING.write_text(FORWARDING_BEFORE.read_text())
        FORWARDING_BEFORE.unlink()


def create(name: str, host_address: str, address: str) -> None:
    """Create the namespace with an eth0 and a default route; existing ones of these names are replaced."""
    remove(name)
    namespace, link = namespace_name(name), link_name(name)
    run("ip", "netns", "add", namespace)
    mtu = str(outgoing_mtu())
    run(
        *("ip", "link", "add", link, "mtu", mtu, "type", "veth"),
        *("peer", "name", "eth0", "mtu", mtu, "netns", namespace),
    )
    run("ip", "address", "add", f"{host_address}/30", "dev", link)
    run("ip", "link", "set", link, "up")
    inside = f"""
        link set lo up
        address add {address}/30 dev eth0
        link set eth0 up
        route add default via {host_address}
    """
    run("ip", "-n", namespace, "-batch", "-", text_in=inside)


def remove(name: str) -> None:
    """Remove the veth pair and the namespace."""
    attempt("ip", "link", "delete", link_name(name))
    namespace = namespace_name(name)
    if Path("/run/netns", namespace).exists() and attempt("ip", "netns", "delete", namespace).returncode != 0:
        # A killed `ip netns add` leaves the file without the namespace on it.
        Path("/run/netns", namespace).unlink(missing_ok=True)


def known_names() -> set[str]:
    """Return the servers that still have a namespace."""
    return {
        path.name.removeprefix(NAMESPACE_PREFIX) for path in Path("/run/netns").glob(f"{NAMESPACE_PREFIX}*")
    }


def outgoing_mtu() -> int:
    """Return the MTU of the outgoing interface, in bytes."""
    found = attempt("ip", "-json", "-4", "route", "show", "default")
    devices = [route["dev"] for route in json.loads(found.stdout or "[]") if "dev" in route]
    return int(Path("/sys/class/net", devices[0], "mtu").read_text()) if devices else 1500


def nameservers() -> str:
    """Return a resolv.conf that works inside a server, where the host's loopback is out of reach."""
    for source in ("/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"):
        path = Path(source)
        lines = path.read_text().splitlines() if path.exists() else []
        servers = [line.split()[1] for line in lines if line.startswith("nameserver ")]
        if servers and not any(server.startswith("127.") or server == "::1" for server in servers):
            return "".join(f"{line}\n" for line in lines if not line.startswith("#"))
    raise SandboxError(
        "The host's /etc/resolv.conf has only a resolver on 127.0.0.1, which a server cannot reach: "
        "put the real resolver there."
    )
