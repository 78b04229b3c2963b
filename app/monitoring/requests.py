"""How long requests took by route, and with which status they ended."""

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import Scope

from app.http.authentication import OWN

SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0, 30.0)
"""The edge waits 30 s for the app."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})


class Requests:
    """The requests of this worker that have been answered, from the first byte read to the last one sent."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._seconds = Histogram(
            "bantam_request_seconds",
            "Latency of requests in the app.",
            ["route"],
            buckets=SECONDS,
            registry=registry,
        )
        self._ended = Counter(
            "bantam_requests",
            "Requests, by the status of their response.",
            ["route", "status"],
            registry=registry,
        )
        self._by_route: dict[str, Histogram] = {}
        self._by_status: dict[tuple[str, int], Counter] = {}

    def ended(self, scope: Scope, path: str, status: int, seconds: float) -> None:
        """Count a request that has been answered, unless the app itself made it to warm the cache."""
        if OWN in scope:
            return
        # Anyone can make up methods, and each label is kept.
        route = f"{scope['method'] if scope['method'] in _METHODS else 'other'} {path}"
        timed = self._by_route.get(route)
        if timed is None:
            timed = self._by_route[route] = self._seconds.labels(route)
        timed.observe(seconds)
        counted = self._by_status.get((route, status))
        if counted is None:
            counted = self._by_status[route, status] = self._ended.labels(route, str(status))
        counted.inc()
