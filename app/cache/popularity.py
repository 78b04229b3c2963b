"""What is asked for most: counted by every worker, added up in the database, where it outlives Redis."""

from app.database.pool import Database
from app.database.queries import queries

PopularRead = tuple[bytes, str]
"""A token's SHA-256, and a path with its query string: what a read is asked by."""

COUNTED = 2_000
"""Reads that a worker tells apart between two times of writing them down: the hot ones come early."""

LONGEST_PATH = 300
REMEMBERED = 5_000


class Popularity:
    """The reads since the last time, whose answers the cache may keep."""

    def __init__(self) -> None:
        self._counts: dict[PopularRead, int] = {}

    def count(self, digest: bytes, path: str) -> None:
        """Count one read that was answered."""
        asked = (digest, path)
        if asked in self._counts:
            self._counts[asked] += 1
        elif len(self._counts) < COUNTED and len(path) <= LONGEST_PATH:
            self._counts[asked] = 1

    async def remember(self, database: Database) -> None:
        """Add the counts to what the database remembers of all workers, and begin anew; forget the rest."""
        counts, self._counts = self._counts, {}
        if counts:
            hashes, paths = [digest for digest, _ in counts], [path for _, path in counts]
            await database.write(queries.remember_popularity, hashes, paths, list(counts.values()))
        await database.write(queries.forget_popularity, REMEMBERED)


async def hottest(database: Database, most: int) -> list[PopularRead]:
    """Return what is asked for most by tokens that are still good, the hottest first."""
    row = await database.fetch_row_alone(queries.popular, most)
    return [] if row is None or row[0] is None else list(zip(*row, strict=True))
