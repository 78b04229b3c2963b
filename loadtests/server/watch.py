"""The server's own side of a run: one ssh session each for the machine, PostgreSQL, PgBouncer and Redis."""

from typing import Any

from loadtests.server import database, pool, redis, timeline
from loadtests.server.samples import ServerSamples
from loadtests.server.stream import Stream


class ServerWatch:
    """Samples of everything that serves, for at most so many seconds."""

    def __init__(self, ssh: list[str], seconds: float, *, baseline: bool = False) -> None:
        # The typical app has neither PgBouncer nor Redis.
        self._has_all = not baseline
        self.machine = Stream(ssh, timeline.source(seconds))
        self.database = Stream(ssh, database.source())
        self.pool = Stream(ssh, pool.SOURCE)
        self.redis = Stream(ssh, redis.SOURCE)

    @property
    def broke_off(self) -> str:
        """Why a session ended before its time, empty if none did."""
        return next((stream.broke_off for stream in self._streams() if stream.broke_off), "")

    @property
    def samples(self) -> ServerSamples:
        """What each session has said so far."""
        return ServerSamples(
            self.machine.samples, self.database.samples, self.pool.samples, self.redis.samples
        )

    def start(self) -> None:
        """Return once each has sent its first sample."""
        for stream in self._streams():
            stream.start()
        try:
            for stream in self._streams():
                stream.wait()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End all sessions."""
        for stream in self._streams():
            stream.stop()

    def _streams(self) -> tuple[Stream[Any], ...]:
        of_all: tuple[Stream[Any], ...] = (self.machine, self.database)
        return (*of_all, self.pool, self.redis) if self._has_all else of_all
