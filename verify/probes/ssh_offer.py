"""What an ssh server offers before anyone logs in (RFC 4253, section 7.1): the running one, not its file."""

import socket

# The order of the name lists in SSH_MSG_KEXINIT; languages follow.
LISTS = (
    "kex",
    "host key",
    "cipher in",
    "cipher out",
    "mac in",
    "mac out",
    "compression in",
    "compression out",
)
_SSH_MSG_KEXINIT = 20


def ssh_offer(address: str, port: int) -> dict[str, list[str]]:
    """The algorithms by list, as the server sends them to every client."""
    with socket.create_connection((address, port), timeout=5) as connection:
        stream = connection.makefile("rb")
        connection.sendall(b"SSH-2.0-bantam-verify\r\n")
        while not stream.readline().startswith(b"SSH-2.0-"):
            pass
        length = int.from_bytes(stream.read(4), "big")
        padding, message, *rest = stream.read(length)
    assert message == _SSH_MSG_KEXINIT, f"the ssh server answered with message {message}"
    payload = bytes(rest)[16 : length - padding - 2]  # a cookie of 16 bytes comes first
    offer = {}
    for name in LISTS:
        size = int.from_bytes(payload[:4], "big")
        offer[name] = payload[4 : 4 + size].decode().split(",")
        payload = payload[4 + size :]
    return offer
