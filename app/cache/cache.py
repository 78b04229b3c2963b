"""The cache of one worker: reads and writes use `store` and `fills`."""

from redis.asyncio import BlockingConnectionPool, Redis, UnixDomainSocketConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from app.cache.fills import Fills
from app.cache.health import Health
from app.cache.inspector import Inspector
from app.cache.lately import Lately
from app.cache.shapes import Redis as RedisFigures
from app.cache.statistics import Statistics
from app.cache.store import Store
from app.cache.warmth import Warmth
from app.settings import RedisSettings

CONNECTIONS = 24
BUSY_S = 1.0
"""How long one command more waits for a connection: a worker that does so much is not without Redis."""


class Cache:
    """The Redis client, and the parts that use it."""

    def __init__(
        self, settings: RedisSettings, password: str, statistics: Statistics, *, fills_at_once: int
    ) -> None:
        timeout = settings.timeout_ms / 1000
        connections = BlockingConnectionPool(
            CONNECTIONS,
            timeout=BUSY_S,
            connection_class=UnixDomainSocketConnection,
            path=settings.socket,
            username=settings.username,
            password=password,
            socket_timeout=timeout,
            socket_connect_timeout=timeout,
            # No retries here: the keeper's next ping decides whether Redis is back.
            retry=Retry(NoBackoff(), 0),
        )
        self._redis = redis = Redis.from_pool(connections)
        prefix = settings.key_prefix
        self.statistics = statistics
        self.health = Health(redis, prefix, enabled=settings.enabled)
        self.store = Store(redis, prefix, self.health, statistics)
        self.warmth = Warmth(redis, prefix)
        self.fills = Fills(redis, prefix, self.store, statistics, fills_at_once)
        self.lately = Lately(self.fills)
        self.inspector = Inspector(self.store, statistics, settings.inspected_share)

    async def answers(self) -> bool:
        """Return whether Redis responds to a ping."""
        try:
            await self._redis.ping()
        except (RedisError, OSError):
            return False
        return True

    async def redis_figures(self) -> RedisFigures | None:
        """Return the figures that Redis reports, None while it is unavailable."""
        try:
            info = await self._redis.info("everything")
        except (RedisError, OSError):
            return None
        return RedisFigures(
            keys=info.get("db0", {}).get("keys", 0),
            memory_bytes=info["used_memory"],
            memory_limit_bytes=info["maxmemory"],
            evicted=info["evicted_keys"],
            expired=info["expired_keys"],
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()
