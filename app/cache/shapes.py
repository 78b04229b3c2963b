"""The API's schemas for the cache, for admins."""

from datetime import datetime

from app.http.shapes import Shape


class Latency(Shape, frozen=True):
    """Milliseconds, each the upper bound of a bucket; the last bound also covers everything slower."""

    p50: float
    p95: float
    p99: float


class Namespace(Shape, frozen=True):
    """Counters of one kind of entry, from all workers, since the server started."""

    namespace: str
    version: str
    hits: int
    misses: int
    stale: int
    damaged: int
    off: int
    hit_rate: float | None
    fills: int
    waits: int
    early_refreshes: int
    read_bytes: int
    kept_bytes: int
    inspected: int
    wrong: int
    undecided: int
    read_ms: Latency | None
    fill_ms: Latency | None


class Redis(Shape, frozen=True):
    """Figures that Redis reports."""

    keys: int
    memory_bytes: int
    memory_limit_bytes: int
    evicted: int
    expired: int


class CacheStatistics(Shape, frozen=True):
    """All figures; `redis` is null while it is unavailable."""

    enabled: bool
    errors: dict[str, int]
    redis: Redis | None
    namespaces: list[Namespace]


class CacheSwitch(Shape, frozen=True):
    """Whether reads use the cache."""

    enabled: bool


class CacheSwitched(Shape, frozen=True):
    """The current state of the switch."""

    name: str
    enabled: bool
    changed_at: datetime
