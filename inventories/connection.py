"""How pyinfra's connection to a server differs from its default."""

import socket
from typing import Any

import paramiko


def without_delay(sock: socket.socket, **options: Any) -> paramiko.Transport:
    """
    Return paramiko's transport over a socket that sends small packets at once, as OpenSSH does.

    Otherwise each command waits for the acknowledgment of the packet before it: 40 ms, 280 times a deploy.
    Through a jump host or a ProxyCommand there is no socket of ours, and nothing to set.
    """
    if isinstance(sock, socket.socket):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return paramiko.Transport(sock, **options)
