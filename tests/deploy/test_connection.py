"""pyinfra's connection to a server."""

import socket
import subprocess
import sys
from typing import Any

import pytest

from inventories.connection import without_delay

READ = """
import json, sys
from inventories.target import read_host
print(json.dumps(read_host(sys.argv[1])[1]["ssh_paramiko_connect_kwargs"], default=lambda it: it.__name__))
"""


@pytest.mark.parametrize("inventory", ["staging", "production"])
def test_every_inventory_connects_without_delay(inventory: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", READ, f"inventories/{inventory}.py"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == '{"transport_factory": "without_delay"}'


def test_small_packets_are_sent_at_once() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as sock,
    ):
        assert not sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        transport = without_delay(sock)
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        transport.close()


def test_a_connection_through_a_jump_host_has_no_socket_to_set() -> None:
    class Channel:
        """What paramiko hands over there."""

        def settimeout(self, _: float) -> None: ...
        def close(self) -> None: ...

    channel: Any = Channel()
    without_delay(channel).close()
