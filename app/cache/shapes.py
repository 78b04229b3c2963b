"""The cache as admins see it."""

from datetime import datetime

from app.http.shapes import Shape


class Latency(Shape, frozen=True):
    """Milliseconds, each the upper bound of a bucket; the last bound stands for everything slower."""

    p50: float
    p95: float
    p99: float


class Namespace(Shape, frozen=True):
    """What happened to the entries of one kind, in all workers, since the server started."""

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
    read_ms: Latency | None
    fill_ms: Latency | None


class Redis(Shape, frozen=True):
    """What Redis says of itself."""

    keys: int
    memory_bytes: int
    memory_limit_bytes: int
    evicted: int
    expired: int


class CacheStatistics(Shape, frozen=True):
    """All of it; `redis` is null while it is away."""

    enabled: bool
    errors: dict[str, int]
    redis: Redis | None
    namespaces: list[Namespace]


class CacheSwitch(Shape, frozen=True):
    """Whether reads come from the cache."""

    enabled: bool


class CacheSwitched(Shape, frozen=True):
    """The switch as it stands now."""

    name: str
    enabled: bool
    changed_at: datetime
