"""Whether the workers fill the cache on their own, and how to wait until they are done."""

import time
from collections.abc import Callable

from tests.app.support.server import Server

# A worker that was killed while it warmed keeps the others from it for a minute.
SOON_S = 90


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + SOON_S
    while not holds():
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.5)


def epoch(server: Server, key: str = "bantam:tag:epoch") -> str:
    return server.redis("--no-raw", "GET", key)


def is_warm(server: Server) -> bool:
    return epoch(server) == epoch(server, "bantam:warmed") != "(nil)"


def stays_warm(server: Server) -> bool:
    """Each worker renews the epoch when it comes out of an outage, one soon after another."""
    warm = is_warm(server)
    time.sleep(1.5)
    return warm and is_warm(server)
