"""systemd's readiness protocol: one datagram to the socket that NOTIFY_SOCKET names."""

import os
import socket


def notify(state: str) -> None:
    """Tell the service manager `state` ("READY=1", "STOPPING=1"); without a manager nothing happens."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as messenger:
        messenger.sendto(state.encode(), address)
