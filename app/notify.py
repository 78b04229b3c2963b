"""systemd's notify protocol: one datagram to the socket that NOTIFY_SOCKET names."""

import asyncio
import os
import socket


def notify(state: str) -> None:
    """Send `state` ("READY=1", "STOPPING=1") to the service manager; do nothing without one."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as messenger:
        messenger.sendto(state.encode(), address)


async def keep_alive() -> None:
    """Feed systemd's watchdog, if there is one, from the event loop, so that a hung worker is restarted."""
    watched = int(os.environ.get("WATCHDOG_USEC", "0")) / 1_000_000
    while watched:
        notify("WATCHDOG=1")
        await asyncio.sleep(watched / 5)
