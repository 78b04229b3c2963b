from ipaddress import IPv4Address, IPv4Network

import pytest

from sandbox.errors import SandboxError
from sandbox.network import LINKS, POOL, addresses, allocate, link_name


def test_a_name_keeps_its_address() -> None:
    assert allocate("demo", [], []) == allocate("demo", [], [])


def test_servers_never_share_an_address() -> None:
    taken: list[IPv4Address] = []
    for number in range(200):
        host, server = addresses(allocate(f"server-{number}", taken, []))
        taken += [IPv4Address(host), IPv4Address(server)]
    assert len(set(taken)) == 400


@pytest.mark.parametrize("wide", [24, 30, 32])
def test_a_route_of_the_host_is_avoided(wide: int) -> None:
    usual = allocate("demo", [], [])
    route = IPv4Network((int(usual.network_address), wide), strict=False)
    assert not allocate("demo", [], [route]).overlaps(route)


def test_a_full_pool_is_refused_with_its_name() -> None:
    with pytest.raises(SandboxError, match=str(POOL)):
        allocate("demo", [], [POOL])


def test_the_last_free_link_is_found() -> None:
    taken = [IPv4Address(addresses(link)[1]) for link in LINKS[1:]]
    assert allocate("demo", taken, []) == LINKS[0]


def test_interface_names_fit_the_kernel() -> None:
    assert len(link_name("a" * 31)) <= 15
