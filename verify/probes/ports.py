"""Which TCP ports are open, seen from here."""

import socket
from concurrent.futures import ThreadPoolExecutor


def open_ports(address: str, ports: list[int], *, patience_s: float = 1.0) -> set[int]:
    """The ports that accept a connection; all are tried in parallel."""

    def answers(port: int) -> bool:
        try:
            socket.create_connection((address, port), timeout=patience_s).close()
        except OSError:
            return False
        return True

    with ThreadPoolExecutor(len(ports)) as pool:
        return {port for port, answered in zip(ports, pool.map(answers, ports), strict=True) if answered}
